/** Clients that write without a pause and remember exactly what they were told, to compare it with what is there. */
import assert from 'node:assert/strict'

/** What a client knows of its user: its numbers are written in order, one after another. */
interface Ledger {
  /** The last number that was acknowledged. */
  acknowledged: number
  /** Numbers whose outcome is unknown; any of them may be there. */
  unknown: number[]
}

export class Load {
  readonly statuses = new Map<number, number>()
  readonly wrong: string[] = []
  readonly #ledgers = new Map<string, Ledger>()
  readonly #gateways: () => readonly string[]
  readonly #clients: Promise<void>[]
  #stopped = false

  /** Each of `clients` writes its own users through whichever gateway is next. */
  constructor(clients: number, gateways: () => readonly string[]) {
    this.#gateways = gateways
    this.#clients = Array.from({ length: clients }, (_, client) => this.#run(client))
  }

  get acknowledged(): number {
    return (this.statuses.get(200) ?? 0) + (this.statuses.get(201) ?? 0)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await Promise.all(this.#clients)
  }

  /** Every acknowledged write is there, seen through `gateway`, and none that was refused. */
  async verify(gateway: string): Promise<void> {
    for (const [id, { acknowledged, unknown }] of this.#ledgers) {
      const response = await fetch(`${gateway}/v1/users/${id}`)
      const found =
        response.status === 200 ? ((await response.json()) as { profile: { n: number } }).profile.n : 0
      const possible = [acknowledged, ...unknown.filter(n => n > acknowledged)]
      assert.ok(
        possible.includes(found),
        `${id} is at ${found} (${response.status}), acknowledged ${acknowledged}, unknown ${unknown}`
      )
    }
  }

  async #run(client: number): Promise<void> {
    for (let step = 0; !this.#stopped; step++) {
      const id = `client-${client}-user-${step % 20}`
      const gateways = this.#gateways()
      await this.#write(gateways[(client + step) % gateways.length]!, id, step + 1)
      await new Promise(resolve => setTimeout(resolve, 5))
    }
  }

  async #write(gateway: string, id: string, n: number): Promise<void> {
    const ledger = this.#ledgers.get(id) ?? { acknowledged: 0, unknown: [] }
    this.#ledgers.set(id, ledger)
    try {
      const response = await fetch(`${gateway}/v1/users/${id}`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ status: 'ONLINE', profile: { n } })
      })
      const body = (await response.json()) as { profile?: { n: number }; detail?: string }
      this.statuses.set(response.status, (this.statuses.get(response.status) ?? 0) + 1)
      if (response.ok && body.profile?.n === n) ledger.acknowledged = n
      else if (response.status === 504) ledger.unknown.push(n)
      else if (response.status !== 503 || response.headers.get('retry-after') === null) {
        this.wrong.push(`${response.status} ${JSON.stringify(body)}`)
      }
    } catch {
      ledger.unknown.push(n) // the gateway went away in the middle
      this.statuses.set(0, (this.statuses.get(0) ?? 0) + 1)
    }
  }
}
