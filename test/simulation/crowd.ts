/** The clients of a ring: each has a peer of its own that it mostly asks, and streams of chance of its own. */
import { Client, type ClientInit } from './client.ts'
import { seededRandom } from './random.ts'
import type { UsersRing } from './users-ring.ts'

/** What they ask about, and who hears what came of it. */
export type Hooks = Pick<ClientInit, 'user' | 'committed' | 'onCall' | 'onRepeat' | 'onStaleRead' | 'onLease'>

/** `title` names its chance, `name` its marks: each of them is to be unique in a run. */
export function newClient(
  ring: UsersRing,
  title: string,
  name: string,
  number: number,
  hooks: Hooks
): Client {
  const { seed, thinkMs } = ring.options
  const random = seededRandom(seed, `${title} ${number}`)
  return new Client({
    ...hooks,
    name: `${name}${number}`,
    time: ring.time,
    random,
    repeating: seededRandom(seed, `${title} ${number} repeats`),
    leasing: seededRandom(seed, `${title} ${number} leases`),
    thinkMs,
    gateway: () => ring.gateway(number, random)
  })
}

export class Crowd {
  readonly #ring: UsersRing
  readonly #clients: readonly Client[]

  constructor(ring: UsersRing, title: string, name: string, hooks: Hooks) {
    this.#ring = ring
    const { clients } = ring.options
    this.#clients = Array.from({ length: clients }, (_, number) =>
      newClient(ring, title, name, number, hooks)
    )
  }

  /** Any of them, for a call besides. */
  get first(): Client {
    return this.#clients[0]!
  }

  /** Resolves when they have been stopped, and have got their last answers. */
  async run(): Promise<void> {
    const calling = this.#clients.map(client => client.run())
    try {
      await Promise.all(calling)
    } catch (error) {
      this.#ring.witness.fault(`a client failed: ${(error as Error).stack}`)
    }
  }

  stop(): void {
    for (const client of this.#clients) client.stop()
  }
}

/** A call that nothing comes in the way of. */
const CALL_MS = 3_000

/** Writes a user of its own in each of those slots, and tells the witness where that is not done, or not soon. */
export async function writeEverySlot(
  ring: UsersRing,
  client: Client,
  name: string,
  slots: readonly number[]
): Promise<void> {
  const { time, witness } = ring
  for (const slot of slots) {
    const beganMs = time.monotonic()
    const request = { kind: 'set', mark: `${name}-${slot}` } as const
    const answer = await time.finish(
      client.call(ring.userOf(slot, name), request, { stubborn: true }),
      10_000
    )
    const ms = time.monotonic() - beganMs
    if (answer.kind !== 'done' || ms > CALL_MS)
      witness.fault(`liveness: a write in slot ${slot} ended in ${JSON.stringify(answer)} after ${ms} ms`)
  }
}
