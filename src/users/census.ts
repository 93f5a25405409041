/**
 * From what every peer says of itself to one picture of the ring, and to what is wrong with it. Pure: all peers
 * that ask the same peers draw the same picture.
 */
import type { Description } from '../chord/chord-rpc.ts'
import type { Genesis } from '../chord/genesis.ts'
import { type Peer, type RingNode, ringNode, ringNodes } from '../chord/ring-node.ts'
import { compareIds } from '../replica/entry.ts'
import { majority } from '../replica/quorum.ts'
import { clockwiseFrom } from '../ring/interval.ts'
import { ORIGIN, positionToHex, shareOf } from '../ring/position.ts'
import { allSlots, type Slot } from '../ring/slot.ts'
import type { PeerReport, RingReport } from './ring-report.ts'
import type { SlotTally, Tally } from './users-rpc.ts'

/** What one peer answered; undefined where it did not. */
export interface Census {
  readonly self: Peer
  readonly genesis: Genesis
  readonly peers: ReadonlyMap<
    Peer,
    { readonly description: Description | undefined; readonly tally: Tally | undefined }
  >
  readonly addressesOf: (peer: Peer) => readonly string[]
}

type Problem = RingReport['problems'][number]

/** So many problems of one kind are listed; the rest are counted. */
const PROBLEMS_LISTED_MAX = 5

interface Placed {
  readonly node: RingNode
  readonly predecessor: RingNode | undefined
  readonly successor: RingNode | undefined
}

/** What one of its members says of a slot. */
type Claim = SlotTally & { readonly peer: Peer }

/** A slot, from all that was said of it. */
interface SlotTruth {
  readonly slot: Slot
  /** Of the newest view that anybody has. */
  readonly members: readonly Peer[]
  /** Those of them that have something of the slot, in this view or an older one, and answered. */
  readonly answering: readonly Peer[]
  /** Who answers for the slot; several at once only if something is very wrong. */
  readonly leaders: readonly Claim[]
  /** Members that have all of the slot, as far as anybody can tell. */
  readonly current: readonly Peer[]
  readonly best: readonly Peer[]
  readonly epoch: number
  readonly users: number
}

/** Slots with which something seems to be wrong, as far as peers say that are asked one after the other. */
export interface Troubled {
  /** Nobody leads them. */
  readonly lost: Set<Slot>
  /** Fewer copies than there could be. */
  readonly under: Set<Slot>
}

export function troubledSlots(census: Census): Troubled {
  const slots = slotTruths(census)
  const copies = copiesPossible(census)
  const numbers = (wrong: (truth: SlotTruth) => boolean) =>
    new Set(slots.filter(wrong).map(({ slot }) => slot))
  return {
    lost: numbers(({ leaders }) => leaders.length === 0),
    under: numbers(({ current }) => current.length < copies)
  }
}

function copiesPossible({ genesis, peers }: Census): number {
  const staying = [...peers.values()].filter(
    ({ description, tally }) => description !== undefined && stateOf(description, tally) !== 'leaving'
  ).length
  return Math.min(genesis.replicas, staying)
}

/** `troubled`: of those slots it is said; one that just changes only seems to be. @default what this census says */
export function reportRing(census: Census, troubled: Troubled = troubledSlots(census)): RingReport {
  const { genesis } = census
  const nodes = placedNodes(census)
  const slots = slotTruths(census)
  const copies = copiesPossible(census)
  const under = slots.filter(({ slot }) => troubled.under.has(slot))
  const unavailable = slots.filter(({ slot }) => troubled.lost.has(slot))
  const problems = [
    ...peerProblems(census, new Set(slots.flatMap(({ members }) => members))),
    ...listed('pointers', nodes.flatMap(pointerProblem)),
    ...listed('slot-unavailable', unavailable.map(unavailability)),
    ...listed('slot-conflict', slots.flatMap(conflict)),
    ...underReplication(under.length, copies, genesis)
  ]
  return {
    id: genesis.ringId,
    ready: problems.length === 0,
    problems,
    replicas: genesis.replicas,
    slots: genesis.slots,
    virtualNodes: genesis.virtualNodes,
    users: slots.reduce((sum, { users }) => sum + users, 0),
    underReplicated: under.length,
    withoutMajority: unavailable.length,
    peers: peerReports(census, nodes, slots)
  }
}

/** A slot whose members are too few to choose a leader ever. */
export interface StuckSlot {
  readonly slot: Slot
  readonly members: readonly Peer[]
  /** Those of them that are left. */
  readonly answering: readonly Peer[]
  /** Peers with the most of it: others lack what was acknowledged since. */
  readonly best: readonly Peer[]
  /** Members that are there and have not said what they hold, which may be anything. */
  readonly mute: readonly Peer[]
  /** The highest that anybody told of. */
  readonly epoch: number
}

export function stuckSlots(census: Census): StuckSlot[] {
  const isMute = (peer: Peer) => {
    const said = census.peers.get(peer)
    return said?.description !== undefined && said.tally === undefined
  }
  return slotTruths(census)
    .map(truth => ({ ...truth, mute: truth.members.filter(isMute) }))
    .filter(({ leaders, members, answering, mute }) => {
      const possible = new Set([...answering, ...mute])
      return leaders.length === 0 && possible.size < majority(members.length)
    })
}

/** Every member node of every peer that answers, clockwise. */
function placedNodes({ peers }: Census): Placed[] {
  const nodes: Placed[] = []
  for (const [peer, { description }] of peers) {
    for (const { index, member, predecessor, successor } of description?.nodes ?? []) {
      if (member) nodes.push({ node: ringNode(peer, index), predecessor, successor })
    }
  }
  return clockwiseFrom(ORIGIN, nodes, ({ node }) => node.position)
}

function slotTruths({ peers, genesis }: Census): SlotTruth[] {
  const claims = new Map<Slot, Claim[]>(allSlots(genesis.slots).map(slot => [slot, []]))
  for (const [peer, { tally }] of peers) {
    for (const each of tally?.slots ?? []) claims.get(each.slot)?.push({ ...each, peer })
  }
  const isThere = (peer: Peer) => peers.get(peer)?.description !== undefined
  return Array.from(claims, ([slot, said]) => slotTruth(slot, said, isThere))
}

/**
 * Peers are asked one after another, so a slot that changes meanwhile is told of in two views. The newer one says who
 * its members are; a leader of the older one answered for it then, and counts.
 */
function slotTruth(slot: Slot, claims: readonly Claim[], isThere: (peer: Peer) => boolean): SlotTruth {
  const newest = claims.toSorted((a, b) => compareClaims(b, a))
  const latest = newest.filter(claim => compareClaims(claim, newest[0]!) === 0)
  const leading = newest.filter(({ leads }) => leads)
  const leaders = leading.filter(claim => compareClaims(claim, leading[0]!) === 0)
  const members = newest[0]?.members ?? []
  const present = newest.filter(({ peer, member }) => member && members.includes(peer))
  const answering = present.map(({ peer }) => peer)
  return {
    slot,
    members,
    answering,
    leaders,
    // Who is gone is seen here before its leader is certain of it.
    current: leaders[0]?.current.filter(isThere) ?? answering,
    best: bestCopies(claims),
    epoch: newest[0]?.epoch ?? 0,
    users: leaders[0]?.users ?? Math.max(0, ...latest.map(({ users }) => users))
  }
}

/** Whoever reaches further has everything that was ever acknowledged before. */
function bestCopies(claims: readonly Claim[]): Peer[] {
  const copies = claims.filter(({ reach }) => reach.sequence > 0)
  const [best] = copies.toSorted((a, b) => compareIds(b.reach, a.reach))
  return copies.filter(({ reach }) => compareIds(reach, best!.reach) === 0).map(({ peer }) => peer)
}

function compareClaims(a: Claim, b: Claim): number {
  return a.epoch - b.epoch
}

function unavailability({ slot, members, answering }: SlotTruth): string {
  if (members.length === 0) return `Slot ${slot}: none of its members answers`
  const names = (peers: readonly Peer[]) => peers.map(peer => `…${peer.slice(-4)}`).join(' ')
  const silent = members.filter(peer => !answering.includes(peer))
  const enough = answering.length >= majority(members.length)
  const why = enough ? 'they are choosing one' : `too few without ${names(silent)}`
  return `Slot ${slot} has no leader: of its members ${names(members)}, ${answering.length} answer, ${why}`
}

/** Two leaders in one epoch must never be. */
function conflict({ slot, leaders }: SlotTruth): string[] {
  if (leaders.length < 2) return []
  return [`Slot ${slot} is led by ${leaders.map(({ peer }) => peer).join(' and ')} in one epoch`]
}

function underReplication(under: number, copies: number, { slots }: Genesis): Problem[] {
  if (under === 0) return []
  const detail = `${under} of ${slots} slots have fewer than ${copies} complete copies: until they have, another crash may stop them`
  return [{ code: 'under-replicated', detail }]
}

/**
 * A peer that does not answer and is a member of nothing has been replaced everywhere: nobody misses it. One that is a
 * member is missed, also when it has been away for so long that no book names it.
 */
function peerProblems({ peers, genesis }: Census, needed: ReadonlySet<Peer>): Problem[] {
  return [...new Set([...peers.keys(), ...needed])].flatMap((peer): Problem[] => {
    const description = peers.get(peer)?.description
    if (description === undefined) {
      const detail = `${peer} does not answer: start it again with its data directory`
      return needed.has(peer) ? [{ code: 'peer-down', detail }] : []
    }
    const members = description.nodes.filter(({ member }) => member).length
    if (members < genesis.virtualNodes && !description.leaving) {
      return [
        {
          code: 'peer-joining',
          detail: `${members} of ${genesis.virtualNodes} ring nodes of ${peer} have joined`
        }
      ]
    }
    return []
  })
}

function pointerProblem(
  { node, predecessor, successor }: Placed,
  at: number,
  nodes: readonly Placed[]
): string[] {
  if (nodes.length === 1) return [] // alone on the ring, with nobody to point to
  const before = nodes.at(at - 1)!.node
  const after = nodes[(at + 1) % nodes.length]!.node
  const wrong: string[] = []
  if (successor?.position !== after.position)
    wrong.push(`successor ${named(successor)} instead of ${named(after)}`)
  if (predecessor?.position !== before.position)
    wrong.push(`predecessor ${named(predecessor)} instead of ${named(before)}`)
  return wrong.map(what => `Ring node ${named(node)} has ${what}`)
}

function named(node: RingNode | undefined): string {
  return node === undefined
    ? 'none'
    : `${positionToHex(node.position).slice(0, 8)} (${node.peer}#${node.index})`
}

function listed(code: string, details: readonly string[]): Problem[] {
  const rest = details.length - PROBLEMS_LISTED_MAX
  const shown = details.slice(0, PROBLEMS_LISTED_MAX).map(detail => ({ code, detail }))
  return rest > 0 ? [...shown, { code, detail: `and ${rest} more` }] : shown
}

function peerReports(
  { self, peers, genesis, addressesOf }: Census,
  nodes: readonly Placed[],
  slots: readonly SlotTruth[]
): PeerReport[] {
  const owns = new Map<Peer, number>()
  for (const [at, { node }] of nodes.entries()) {
    const share = shareOf(nodes.at(at - 1)!.node.position, node.position)
    owns.set(node.peer, (owns.get(node.peer) ?? 0) + share)
  }
  const reports = [...peers].map(([peer, { description, tally }]): PeerReport => {
    const led = slots.filter(({ leaders }) => leaders[0]?.peer === peer)
    return {
      peer,
      self: peer === self,
      status: description === undefined ? 'down' : 'up',
      state: stateOf(description, tally),
      addresses: addressesOf(peer),
      positions: ringNodes(peer, genesis.virtualNodes).map(({ position }) => positionToHex(position)),
      owns: owns.get(peer) ?? 0,
      slots: slots.filter(({ members }) => members.includes(peer)).length,
      leads: led.length,
      users: led.reduce((sum, { users }) => sum + users, 0)
    }
  })
  return clockwiseFrom(ORIGIN, reports, ({ peer }) => ringNode(peer, 0).position)
}

function stateOf(description: Description | undefined, tally: Tally | undefined): PeerReport['state'] {
  if (description?.leaving === true || tally?.leaving === true) return 'leaving'
  return description?.nodes.some(({ member }) => !member) === true ? 'joining' : 'normal'
}
