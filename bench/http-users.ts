/** Users over HTTP with as little work as possible on the side that asks: kept connections, bodies passed over. */
import { Agent, request } from 'node:http'

export class HttpUsers {
  readonly #agent: Agent
  readonly #gateways: readonly string[]
  #next = 0

  /** Gateways take turns. */
  constructor(gateways: readonly string[], connections: number) {
    this.#gateways = gateways
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections })
  }

  get(id: string): Promise<void> {
    return this.#ask('GET', id)
  }

  set(id: string, input: unknown): Promise<void> {
    return this.#ask('PUT', id, JSON.stringify(input))
  }

  close(): void {
    this.#agent.destroy()
  }

  /** @throws Error anything but a success was answered */
  #ask(method: string, id: string, body?: string): Promise<void> {
    const gateway = this.#gateways[this.#next++ % this.#gateways.length]!
    const headers = body === undefined ? {} : { 'content-type': 'application/json' }
    return new Promise((resolve, reject) => {
      const asked = request(
        `${gateway}/v1/users/${encodeURIComponent(id)}`,
        { method, headers, agent: this.#agent },
        response => {
          const { statusCode = 0 } = response
          response.resume()
          response.on('error', reject)
          response.on('end', () =>
            statusCode < 300
              ? resolve()
              : reject(new Error(`${method} ${id} at ${gateway} was answered ${statusCode}`))
          )
        }
      )
      asked.on('error', reject)
      asked.end(body)
    })
  }
}
