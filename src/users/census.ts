/**
 * From what every peer says of itself to one picture of the ring, and to what is wrong with it. Pure: all peers
 * that ask the same peers draw the same picture.
 */
import type { Description } from '../chord/chord-rpc.ts'
import type { Genesis } from '../chord/genesis.ts'
import { type Peer, type RingNode, ringNode, ringNodes } from '../chord/ring-node.ts'
import { clockwiseFrom } from '../ring/interval.ts'
import { ORIGIN, positionToHex, shareOf } from '../ring/position.ts'
import { allSlots, type Slot } from '../ring/slot.ts'
import type { PeerReport, RingReport } from './ring-report.ts'
import type { Tally } from './users-rpc.ts'

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

interface Claim {
  readonly peer: Peer
  readonly epoch: number
  readonly users: number
}

export function reportRing(census: Census): RingReport {
  const { genesis } = census
  const nodes = placedNodes(census)
  const claims = slotClaims(census)
  const unclaimed = allSlots(genesis.slots).filter(slot => !claims.has(slot))
  const problems = [
    ...peerProblems(census),
    ...listed('pointers', nodes.flatMap(pointerProblem)),
    ...listed(
      'slot-unavailable',
      unclaimed.map(slot => `Slot ${slot} has no holder that answers`)
    ),
    ...listed(
      'slot-conflict',
      [...claims].flatMap(([slot, all]) => conflict(slot, all))
    )
  ]
  const up = [...census.peers.values()].filter(({ description }) => description !== undefined).length
  const wanted = Math.min(genesis.replicas, up)
  const truth = new Map([...claims].map(([slot, all]) => [slot, newest(all)]))
  return {
    id: genesis.ringId,
    ready: problems.length === 0,
    problems,
    replicas: genesis.replicas,
    slots: genesis.slots,
    virtualNodes: genesis.virtualNodes,
    users: [...truth.values()].reduce((sum, { users }) => sum + users, 0),
    underReplicated: allSlots(genesis.slots).filter(slot => copies(claims.get(slot)) < wanted).length,
    peers: peerReports(census, nodes, truth)
  }
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

function slotClaims({ peers }: Census): Map<Slot, Claim[]> {
  const claims = new Map<Slot, Claim[]>()
  for (const [peer, { tally }] of peers) {
    for (const { slot, epoch, users } of tally?.slots ?? []) {
      claims.set(slot, [...(claims.get(slot) ?? []), { peer, epoch, users }])
    }
  }
  return claims
}

function copies(claims: readonly Claim[] = []): number {
  return claims.filter(({ epoch }) => epoch === newest(claims).epoch).length
}

function newest(claims: readonly Claim[]): Claim {
  return claims.reduce((a, b) => (b.epoch > a.epoch ? b : a))
}

/** Two holders in two epochs is a slot seen in the middle of a handover; two in one epoch must never be. */
function conflict(slot: Slot, claims: readonly Claim[]): string[] {
  const epochs = new Set(claims.map(({ epoch }) => epoch))
  return epochs.size === claims.length
    ? []
    : [`Slot ${slot} is held by ${claims.map(({ peer }) => peer).join(' and ')} in one epoch`]
}

function peerProblems({ peers, genesis }: Census): Problem[] {
  return [...peers].flatMap(([peer, { description }]): Problem[] => {
    if (description === undefined) {
      return [
        {
          code: 'peer-down',
          detail: `${peer} does not answer: start it again with its data directory`
        }
      ]
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
  truth: ReadonlyMap<Slot, Claim>
): PeerReport[] {
  const owns = new Map<Peer, number>()
  for (const [at, { node }] of nodes.entries()) {
    const share = shareOf(nodes.at(at - 1)!.node.position, node.position)
    owns.set(node.peer, (owns.get(node.peer) ?? 0) + share)
  }
  const held = [...truth.values()]
  const reports = [...peers].map(([peer, { description, tally }]): PeerReport => {
    const own = held.filter(claim => claim.peer === peer)
    return {
      peer,
      self: peer === self,
      status: description === undefined ? 'down' : 'up',
      state: stateOf(description, tally),
      addresses: addressesOf(peer),
      positions: ringNodes(peer, genesis.virtualNodes).map(({ position }) => positionToHex(position)),
      owns: owns.get(peer) ?? 0,
      slots: own.length,
      leads: own.length,
      users: own.reduce((sum, { users }) => sum + users, 0)
    }
  })
  return clockwiseFrom(ORIGIN, reports, ({ peer }) => ringNode(peer, 0).position)
}

function stateOf(description: Description | undefined, tally: Tally | undefined): PeerReport['state'] {
  if (description?.leaving === true || tally?.leaving === true) return 'leaving'
  return description?.nodes.some(({ member }) => !member) === true ? 'joining' : 'normal'
}
