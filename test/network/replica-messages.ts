/** Random messages between replicas, all kinds of them, as sound replicas would send them. */
import type { Entry, EntryId } from '../../src/replica/entry.ts'
import type { ReplicaMessage } from '../../src/replica/message.ts'
import type { Incarnation, View } from '../../src/replica/view.ts'
import { asSlot, type Slot } from '../../src/ring/slot.ts'
import { pick, type Random, sample } from '../../src/runtime.ts'
import { rowKey } from '../../src/storage/keys.ts'
import { simulatedPeerId } from '../simulation/peer-id.ts'
import { seededRandom } from '../simulation/random.ts'

export const SLOTS = 256

const peerRandom = seededRandom('peers', 'replica-messages')
export const PEERS = Array.from({ length: 20 }, () => simulatedPeerId(peerRandom))

type Maker = (random: Random) => ReplicaMessage

/** Small ones often, as they are on the wire, and the largest at times. */
function whole(random: Random, min = 0): number {
  const bits = random.next() < 0.05 ? 53 : random.next() * 53
  return Math.max(min, Math.min(Number.MAX_SAFE_INTEGER, Math.floor(random.next() * 2 ** bits)))
}

function slotOf(random: Random): Slot {
  return asSlot(Math.floor(random.next() * SLOTS), SLOTS)
}

function hex(random: Random, bytes: number): string {
  return Buffer.from(random.bytes(bytes)).toString('hex')
}

function entryIdOf(random: Random): EntryId {
  if (random.next() < 0.1) return { epoch: 0, sequence: 0 }
  return { epoch: whole(random, 1), sequence: Math.floor(random.next() * 2 ** 50) + 1 }
}

function entries(random: Random, slot: Slot, after: EntryId): Entry[] {
  let epoch = Math.max(1, after.epoch)
  return Array.from({ length: Math.floor(random.next() * 4) }, (_, i) => {
    if (random.next() < 0.2) epoch = Math.min(epoch + 1, Number.MAX_SAFE_INTEGER)
    const id = `user-${Math.floor(random.next() * 1_000)}`
    return {
      epoch,
      sequence: after.sequence + 1 + i,
      timeMs: whole(random),
      key: rowKey(slot, random.bytes(20), id),
      payload: random.bytes(Math.floor(random.next() * 300))
    }
  })
}

export function view(random: Random, slot: Slot, epoch = whole(random, 2), members = 3): View {
  const peers = sample(random, PEERS, members).map(peer => ({ peer, store: hex(random, 8) }))
  return {
    slot,
    lineage: { number: whole(random), id: hex(random, 16) },
    epoch,
    members: peers,
    leader: { ...pick(random, peers)!, boot: whole(random, 1) },
    base: epoch === 1 ? { epoch: 0, sequence: 0 } : { epoch: epoch - 1, sequence: whole(random, 1) }
  }
}

function incarnation(random: Random): Incarnation {
  return { peer: pick(random, PEERS)!, store: hex(random, 8), boot: whole(random, 1) }
}

const ballot = (random: Random) => ({ round: whole(random), by: incarnation(random) })
const epochOf = (random: Random) => ({ slot: slotOf(random), epoch: whole(random) })
const instanceOf = (random: Random) => ({
  slot: slotOf(random),
  instance: whole(random, 3),
  ballot: ballot(random)
})
const following = (random: Random, slot: Slot) => {
  const prev = entryIdOf(random)
  return { prev, entries: entries(random, slot, prev), commit: whole(random) }
}

function withEntries(type: 'append' | 'learn' | 'data'): Maker {
  return random => {
    const of = epochOf(random)
    return { type, ...of, ...following(random, of.slot) }
  }
}

function ofSequence(type: 'appended' | 'gap' | 'learned' | 'fetch'): Maker {
  return random => ({ type, ...epochOf(random), sequence: whole(random) })
}

export const MAKERS: { readonly [type in ReplicaMessage['type']]: Maker } = {
  append: withEntries('append'),
  appended: ofSequence('appended'),
  gap: ofSequence('gap'),
  heartbeat: random => ({
    type: 'heartbeat',
    ...epochOf(random),
    round: whole(random),
    commit: whole(random),
    last: whole(random)
  }),
  confirm: random => ({ type: 'confirm', ...epochOf(random), round: whole(random), last: whole(random) }),
  learn: withEntries('learn'),
  learned: ofSequence('learned'),
  stale: random => ofView('stale', random),
  'need-view': random => ({ type: 'need-view', ...epochOf(random) }),
  'pre-seal': random => ({ type: 'pre-seal', ...epochOf(random), ballot: ballot(random) }),
  'pre-sealed': random => ({ type: 'pre-sealed', ...epochOf(random), ballot: ballot(random) }),
  prepare: random => ({ type: 'prepare', ...instanceOf(random), last: entryIdOf(random) }),
  promised: random => {
    const of = instanceOf(random)
    const accepted = { ballot: ballot(random), view: view(random, of.slot, of.instance) }
    return {
      type: 'promised',
      ...of,
      accepted: random.next() < 0.5 ? null : accepted,
      last: entryIdOf(random),
      tail: entries(random, of.slot, entryIdOf(random))
    }
  },
  nack: random => ({ type: 'nack', ...instanceOf(random), promised: ballot(random) }),
  sync: random => {
    const of = instanceOf(random)
    const current = view(random, of.slot, of.instance - 1)
    return {
      type: 'sync',
      ...of,
      view: view(random, of.slot, of.instance),
      current,
      ...following(random, of.slot)
    }
  },
  synced: random => ({ type: 'synced', ...instanceOf(random) }),
  'sync-gap': random => ({ type: 'sync-gap', ...instanceOf(random), sequence: whole(random) }),
  accept: random => {
    const of = instanceOf(random)
    return { type: 'accept', ...of, view: view(random, of.slot, of.instance) }
  },
  accepted: random => ({ type: 'accepted', ...instanceOf(random) }),
  install: random => ofView('install', random),
  installed: random => ({ type: 'installed', ...epochOf(random) }),
  fetch: ofSequence('fetch'),
  data: withEntries('data')
}

function ofView(type: 'stale' | 'install', random: Random): ReplicaMessage {
  const slot = slotOf(random)
  return { type, slot, view: view(random, slot) }
}

/** Some messages; those of one kind come in crowds more often than not. */
export function messages(random: Random, count: number): ReplicaMessage[] {
  const kinds = Object.values(MAKERS)
  const made: ReplicaMessage[] = []
  while (made.length < count) {
    const make = pick(random, kinds)!
    for (let crowd = random.next() * 6; crowd > 0; crowd--) made.push(make(random))
  }
  return made
}
