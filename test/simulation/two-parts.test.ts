import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { User } from '../../src/users/user.ts'
import { drawOptions } from './options.ts'
import type { SimulatedPeer } from './peer.ts'
import { chooseSeed } from './random.ts'
import { UsersRing } from './users-ring.ts'

/** Long enough that each part is a ring of its own, with all copies. */
const APART_MS = 20_000
const RECOVERED_MS = 30_000
const CALL_MS = 10_000
const ONE_AGAIN_MS = 120_000
/** One slot after the other. */
const SAVED_MS = 30_000
/** With `--replicas 2` many slots have a member in either part, and lose their majority in both. */
const REPLICAS = 2

/** A ring of six in two parts, whose operators do not know of each other. */
class RingInTwo {
  readonly ring: UsersRing
  readonly #parts: readonly (readonly SimulatedPeer[])[]
  readonly #written: User[] = []

  constructor(seed: string) {
    this.ring = new UsersRing({
      ...drawOptions(seed),
      peers: 6,
      replicas: REPLICAS,
      faults: [],
      genesis: 'all',
      network: { delayMs: [0.2, 3] },
      flushMs: [0.2, 5]
    })
    const { peers, slots, witness } = this.ring
    this.#parts = [0, 1].map(part => peers.filter((_, number) => number % 2 === part))
    for (const slot of slots) witness.end(slot)
  }

  /** Cuts the ring, and recovers what stopped: in the second part twice, as it loses a peer meanwhile. */
  async fallApart(): Promise<() => void> {
    const { ring } = this
    const [first, second] = this.#parts as [SimulatedPeer[], SimulatedPeer[]]
    const near = new Set(first.map(({ peer }) => peer))
    await ring.begin()
    const mend = ring.network.cut((from, to) => near.has(from) !== near.has(to))
    await ring.time.pass(APART_MS)
    await this.#recover(first)
    await this.#recover(second)
    const lost = second[0]!
    ring.keepAway(lost)
    lost.crash(1)
    await ring.time.pass(APART_MS)
    await this.#recover(second)
    await ring.time.pass(APART_MS)
    for (const [part, peers] of this.#parts.entries()) await this.#write(`part-${part}`, peers)
    return mend
  }

  async #recover(peers: readonly SimulatedPeer[]): Promise<void> {
    for (const { peer, node } of peers) {
      if (node === undefined) continue
      await this.ring.time.finish(node.recover({ slots: 'all', from: peer }), RECOVERED_MS)
    }
  }

  async #write(name: string, peers: readonly SimulatedPeer[]): Promise<void> {
    const users = peers.find(({ running }) => running)!.users!
    for (const slot of this.ring.slots) {
      const set = users.set(this.ring.userOf(slot, name), { status: 'ONLINE' })
      // A slot of which this part has no copy is not written.
      const written = await this.ring.time.finish(
        set.catch(() => undefined),
        CALL_MS
      )
      if (written !== undefined) this.#written.push(written.value)
    }
  }

  /** One leader a slot, and all copies of its view. */
  get isWhole(): boolean {
    return this.ring.slots.every(slot => {
      const tallies = this.ring.talliesOf(slot)
      const [leader, ...rivals] = tallies.filter(({ leads }) => leads)
      if (leader === undefined || rivals.length > 0 || leader.members.length !== REPLICAS) return false
      return tallies.filter(({ epoch, member }) => member && epoch === leader.epoch).length === REPLICAS
    })
  }

  /** What was acknowledged in either part, and neither is served nor was saved by who gave it up. */
  async missing(): Promise<string[]> {
    const { time, peers } = this.ring
    const givenUp: string[] = []
    for (const user of this.#written) {
      const found = await time.finish(peers[0]!.users!.get(user.id), CALL_MS)
      if (found.value?.version !== user.version) givenUp.push(nameOf(user))
    }
    const unsaved = () => {
      const saved = new Set(peers.flatMap(({ saved }) => saved.map(line => nameOf(JSON.parse(line) as User))))
      return givenUp.filter(user => !saved.has(user))
    }
    await time.until(() => unsaved().length === 0, SAVED_MS)
    return unsaved()
  }
}

function nameOf({ id, version }: User): string {
  return `${id} ${version}`
}

// The first three are rings of which a slot had two leaders for ever while lineages came before epochs.
for (const seed of ['5', '7', '9', chooseSeed()]) {
  test(`parts of a ring that recovered their slots each for itself become one ring, in which nothing is lost unseen (seed ${seed})`, async () => {
    const parts = new RingInTwo(seed)
    const { ring } = parts
    const mend = await parts.fallApart()
    mend()
    ring.heal()
    ring.bringAllBack()
    const isOver = () => ring.allReady && ring.isOneRing && parts.isWhole
    assert.ok(
      await ring.time.until(isOver, ONE_AGAIN_MS),
      JSON.stringify(ring.slots.map(slot => ring.talliesOf(slot)))
    )
    assert.deepEqual(await parts.missing(), [], 'neither served nor saved')
    assert.deepEqual(ring.witness.faults, [])
    assert.deepEqual(ring.defects, [])
  })
}
