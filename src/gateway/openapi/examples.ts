/** What the reports look like: one small ring, the same in all of them. */
import type {
  LookupReport,
  RecoveryReport,
  RingReport,
  SelfReport,
  TaskReport
} from '../../users/ring-report.ts'
import type { Presence, User } from '../../users/user.ts'

const ONE = { peer: '12D3KooWQ7vPfDTkHbzn1eFf3Ka', position: '2f91c04e8d1be7330d5a97c1e04b6f2a9d38c750' }
const TWO = { peer: '12D3KooWHm3Wy5RcTqXu8sPb7Nd', position: '9b07d2a4416ec85f23f0ae7786b1c95d04e3f812' }
const THREE = { peer: '12D3KooWLx9Gk2VeZjAo6tYr4Jc', position: 'e4c85f1903b7a26d58e1904fc23d7ab680f5142e' }
const RING = '2f91c04e6b8d4a7f9e0c3d5b1a268f74'
const PEERS = [ONE.peer, TWO.peer, THREE.peer]

export const USER: User = {
  id: 'ada',
  status: 'ONLINE',
  profile: { name: 'Ada' },
  version: '3.41',
  createdAt: '2026-11-22T10:00:00.000Z',
  updatedAt: '2026-11-22T10:05:00.000Z',
  expiresAt: null
}

export const USER_PAGE = { items: [USER], next: 'AWFkYQ' }

export const PRESENCE: Presence = {
  id: USER.id,
  status: USER.status,
  version: USER.version,
  expiresAt: '2026-11-22T10:05:30.000Z'
}

export const RING_REPORT: RingReport = {
  id: RING,
  ready: true,
  problems: [],
  replicas: 3,
  slots: 256,
  virtualNodes: 32,
  users: 12_480,
  underReplicated: 0,
  withoutMajority: 0,
  peers: [
    {
      peer: ONE.peer,
      self: true,
      status: 'up',
      state: 'normal',
      addresses: [`/ip4/127.0.0.1/tcp/50051/p2p/${ONE.peer}`],
      positions: [ONE.position],
      owns: 0.198,
      slots: 154,
      leads: 51,
      users: 2_486
    }
  ]
}

export const LOOKUP: LookupReport = {
  id: USER.id,
  key: '4cf6829aa93728e8f3c97df913fb1bfa95fe5810',
  slot: 76,
  owner: TWO.peer,
  view: { epoch: 3, members: PEERS, leader: TWO.peer },
  hops: [{ ...TWO, ms: 0.8, reason: 'owner' }]
}

export const SELF: SelfReport = {
  peer: ONE.peer,
  ring: RING,
  state: 'normal',
  addresses: [`/ip4/127.0.0.1/tcp/50051/p2p/${ONE.peer}`],
  position: ONE.position,
  predecessor: THREE,
  successors: [TWO, THREE],
  fingers: [{ index: 159, start: 'af91c04e8d1be7330d5a97c1e04b6f2a9d38c750', ...THREE }],
  slots: [{ slot: 76, epoch: 3, role: 'member', members: PEERS }]
}

export const RECOVERY: RecoveryReport = { peer: ONE.peer, recovered: [17], users: 48, elsewhere: [] }

/** A peer that is in nobody's ring: pasted as it is, the request for a recovery does no harm. */
export const NO_PEER = '12D3KooWNobody'

export const LEAVING = {
  peer: ONE.peer,
  state: 'leaving',
  slotsLeft: 154,
  watch: '/v1/peer',
  detail:
    'The peer hands over its slots and then stops; watch state and slots at /v1/peer until it no longer answers'
}

export const TASK: TaskReport = {
  id: 'leave-1',
  kind: 'leave',
  state: 'running',
  startedAt: '2026-11-22T10:00:00.000Z',
  endedAt: null,
  progress: { done: 100, total: 154, unit: 'slots' },
  detail: '54 slots are left'
}
