/** An HTTP server that answers what a test says, and remembers what it was asked. */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export interface Answer {
  readonly status?: number
  readonly headers?: Record<string, string>
  /** A string is sent as it is, anything else as JSON. */
  readonly body?: unknown
  /** The connection stays open without an answer. */
  readonly never?: true
  /** The connection is cut: instead of an answer, or in the middle of its body. */
  readonly cut?: 'unanswered' | 'halfway'
}

export interface FakeGateway extends AsyncDisposable {
  readonly url: string
  readonly port: number
  readonly asked: Asked[]
}

/** `answer` gets `METHOD /path?query`; undefined is a 404 that no peer would send. */
export async function fakeGateway(
  answer: (line: string, asked: Asked) => Answer | undefined
): Promise<FakeGateway> {
  const asked: Asked[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const question: Asked = {
      method: request.method!,
      path: request.url!,
      headers: request.headers,
      body: Buffer.concat(chunks).toString()
    }
    asked.push(question)
    const {
      status = 200,
      headers = {},
      body = '',
      never,
      cut
    } = answer(`${question.method} ${question.path}`, question) ?? {
      status: 404,
      body: 'nothing here'
    }
    if (never) return
    if (cut === 'unanswered') return void request.socket.destroy()
    const json = typeof body === 'string' ? {} : { 'Content-Type': 'application/json' }
    response.writeHead(status, { ...json, ...headers })
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    if (cut === undefined) return void response.end(text)
    response.write(text.slice(0, text.length / 2), () => request.socket.destroy())
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    }
  }
}

/** As a peer answers an error. */
export function problem(status: number, slug: string, detail: string, more: object = {}): Answer {
  return {
    status,
    headers: { 'Content-Type': 'application/problem+json' },
    body: { type: `urn:anillo:error:${slug}`, title: slug, status, detail, instance: 'r1', ...more }
  }
}
