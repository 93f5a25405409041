/**
 * The demo over HTTP, on a port of its own on 127.0.0.1: its state, its changes and its commands, for programs, and the
 * dashboard that has buttons for them. The demo's process serves that page, since a peer that does may be killed by it.
 * Whoever has the URL may kill peers; so it cannot be guessed, and is refused to all pages but its own.
 */
import { timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  AnilloError,
  ERROR_KINDS,
  type ErrorName,
  errorName,
  ForbiddenError,
  InvalidRequestError,
  MethodNotAllowedError,
  problemType,
  TooLargeError,
  UnknownPathError
} from '../../errors.ts'
import type { Random } from '../../runtime.ts'
import { dashboardFile } from './dashboard/dashboard.ts'
import { FailedStart } from './demo-peer.ts'
import { EventStream } from './event-stream.ts'

const HOST = '127.0.0.1'
/** Of the path: 128 bits. */
const TOKEN_BYTES = 16
/** A command is a few words. */
const BODY_BYTES_MAX = 4_096
/** Dashboards that are open, and somebody with curl. */
const CONNECTIONS_MAX = 64
const REQUEST_TIMEOUT_MS = 10_000
/** An answer that is made already needs no longer. */
const CLOSE_LINGER_MS = 500
/** What a browser says of a request that this one's own page makes, or a person who types the URL. */
const OWN_SITES = ['same-origin', 'none']

export interface DemoServerOptions {
  /** Does what a command says; resolves with the lines that tell what came of it. */
  readonly run: (command: string) => Promise<readonly string[]>
  readonly state: () => unknown
  /** Origin of a gateway that the dashboard may ask at first. */
  readonly gateway: () => string
  readonly random: Random
}

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void

export class DemoServer {
  readonly #options: DemoServerOptions
  readonly #token: string
  readonly #server: Server
  readonly #events: EventStream
  readonly #routes: Readonly<Record<string, Readonly<Record<string, Handler>>>>

  private constructor(options: DemoServerOptions) {
    this.#options = options
    this.#token = Buffer.from(options.random.bytes(TOKEN_BYTES)).toString('base64url')
    this.#events = new EventStream(() => JSON.stringify(options.state()))
    this.#routes = {
      '/demo/state': { GET: (_, response) => sendJson(response, 200, options.state()) },
      '/demo/events': { GET: (_, response) => this.#events.add(response) },
      '/demo/commands': { POST: (request, response) => this.#command(request, response) }
    }
    const limits = { requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS }
    this.#server = createServer(limits, (request, response) => void this.#answer(request, response))
    this.#server.maxConnections = CONNECTIONS_MAX
  }

  /** Resolves when the port is open. */
  static async open(options: DemoServerOptions): Promise<DemoServer> {
    const server = new DemoServer(options)
    await new Promise<void>((resolve, reject) => {
      server.#server.once('error', reject)
      server.#server.listen({ host: HOST, port: 0 }, resolve)
    })
    return server
  }

  /** Of its dashboard, for the gateways that shall answer to that. */
  get origin(): string {
    return `http://${HOST}:${(this.#server.address() as AddressInfo).port}`
  }

  /** `/ui`, `/demo/state` and the others come after it. */
  get url(): string {
    return `${this.origin}/${this.#token}`
  }

  /** The state may be another one. */
  changed(): void {
    this.#events.changed()
  }

  /** Resolves when every connection is closed; who waits for a command that takes longer is cut off, and the command goes on. */
  async close(): Promise<void> {
    this.#events.close()
    const closed = new Promise<void>(resolve => this.#server.close(() => resolve()))
    // Whoever said `quit` is told that it was heard.
    const linger = setTimeout(() => this.#server.closeAllConnections(), CLOSE_LINGER_MS)
    await closed.finally(() => clearTimeout(linger))
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => {}) // whoever asked is gone
    response.setHeader('Cache-Control', 'no-store')
    response.setHeader('X-Content-Type-Options', 'nosniff')
    try {
      const handlers = await this.#route(request)
      this.#admit(request)
      const { method = 'GET' } = request
      const handler = handlers[method]
      if (handler === undefined) {
        const allowed = Object.keys(handlers).join(', ')
        response.setHeader('Allow', allowed)
        throw new MethodNotAllowedError(`${method} is not allowed here; ${allowed} is`)
      }
      await handler(request, response)
    } catch (error) {
      if (!response.headersSent) sendProblem(response, error)
    }
  }

  /** @throws UnknownPathError also without the token, which nobody is told the lack of */
  async #route({ url = '' }: IncomingMessage): Promise<Readonly<Record<string, Handler>>> {
    const [, token = '', ...rest] = (url.split('?')[0] ?? '').split('/')
    const path = `/${rest.join('/')}`
    const known = sameText(token, this.#token)
    if (known && Object.hasOwn(this.#routes, path)) return this.#routes[path]!
    const file = known ? await dashboardFile(path, this.url, this.#options.gateway()) : undefined
    if (file === undefined) throw new UnknownPathError('There is nothing here; the demo prints its URL')
    return { GET: (_, response) => void response.writeHead(200, file.headers).end(file.text) }
  }

  /**
   * A page that knows the URL, from a log or over somebody's shoulder, may still not use it, nor may one that has
   * made its own name point at this machine. @throws ForbiddenError
   */
  #admit({ headers }: IncomingMessage): void {
    const { host, origin, 'sec-fetch-site': site = 'none' } = headers
    const own = this.origin
    if (host !== new URL(own).host) throw new ForbiddenError(`This is asked for at ${own} only`)
    if ((origin !== undefined && origin !== own) || !OWN_SITES.includes(site)) {
      throw new ForbiddenError(
        `A page of ${origin ?? 'another site'} may not use the demo; its dashboard may`
      )
    }
  }

  async #command(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const command = commandOf(await bodyOf(request))
    const said = await this.#options.run(command)
    sendJson(response, 200, { command, said })
  }
}

function sameText(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** @throws TooLargeError */
async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > BODY_BYTES_MAX) {
      throw new TooLargeError(`A command has at most ${BODY_BYTES_MAX} bytes`, { limit: BODY_BYTES_MAX })
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/** @throws InvalidRequestError */
function commandOf(body: string): string {
  try {
    const { command } = JSON.parse(body) as { command?: unknown }
    if (typeof command === 'string') return command
  } catch {
    // said below
  }
  throw new InvalidRequestError(
    'The body is JSON such as {"command":"kill 3"}; {"command":"?"} lists the commands'
  )
}

function sendJson(response: ServerResponse, status: number, body: unknown, type = 'application/json'): void {
  response.writeHead(status, { 'Content-Type': type }).end(`${JSON.stringify(body)}\n`)
}

/** RFC 9457, as the gateways' own. */
function sendProblem(response: ServerResponse, error: unknown): void {
  const name: ErrorName = error instanceof FailedStart ? 'JoinError' : (errorName(error) ?? 'InternalError')
  const { status, title } = ERROR_KINDS[name]
  const reason = error instanceof FailedStart ? `: ${error.reason}` : ''
  const detail = error instanceof Error ? error.message + reason : String(error)
  const limit = error instanceof AnilloError && error.limit !== undefined ? { limit: error.limit } : {}
  // What is left of a body that was not read would be taken for the next request.
  response.setHeader('Connection', 'close')
  sendJson(
    response,
    status,
    { type: problemType(name), title, status, detail, ...limit },
    'application/problem+json'
  )
}
