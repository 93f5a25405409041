/** What peers say about themselves and the ring, for the tests of how it is shown. */
import type { LookupReport, PeerReport, RingReport, SelfReport } from '../../src/users/ring-report.ts'

export const FIRST_PEER = '12D3KooWQ7pUgTF9Wnb7Fz5aVdFGgdnWJYEJ6vhVtSrXTTJQf3Ka'
export const SECOND_PEER = '12D3KooWBLg4rNZ8zCqfeCnBPWV6GbMQZmR5tFXo8q1eQ4wz9sKa'

export function peerReport(changes: Partial<PeerReport> = {}): PeerReport {
  return {
    peer: FIRST_PEER,
    self: true,
    status: 'up',
    state: 'normal',
    addresses: [`/ip4/127.0.0.1/tcp/50051/p2p/${FIRST_PEER}`],
    positions: ['2f91c04e'.padEnd(40, '0')],
    owns: 0.198,
    slots: 154,
    leads: 51,
    users: 7451,
    ...changes
  }
}

export const secondPeerReport = peerReport({
  peer: SECOND_PEER,
  self: false,
  status: 'down',
  state: 'leaving',
  addresses: [`/ip4/192.168.1.20/tcp/50051/p2p/${SECOND_PEER}`],
  positions: ['9c3b1a00'.padEnd(40, '0')],
  owns: 0.802,
  slots: 1024,
  leads: 205,
  users: 5029
})

export function ringReport(changes: Partial<RingReport> = {}): RingReport {
  return {
    id: '2f91c04e'.padEnd(32, '0'),
    ready: true,
    problems: [],
    replicas: 3,
    slots: 256,
    virtualNodes: 32,
    users: 12480,
    underReplicated: 0,
    withoutMajority: 0,
    peers: [peerReport()],
    ...changes
  }
}

export const lookupReport: LookupReport = {
  id: '7',
  key: '7902699b'.padEnd(40, '0'),
  slot: 121,
  owner: SECOND_PEER,
  view: { epoch: 4, members: [FIRST_PEER, SECOND_PEER], leader: SECOND_PEER },
  hops: [
    { peer: FIRST_PEER, position: '2f91c04e'.padEnd(40, '0'), ms: 0.84, reason: 'nearest before the key' },
    { peer: SECOND_PEER, position: '9c3b1a00'.padEnd(40, '0'), ms: 12.3, reason: 'owns the key' }
  ]
}

export function selfReport(changes: Partial<SelfReport> = {}): SelfReport {
  return {
    peer: FIRST_PEER,
    ring: '2f91c04e'.padEnd(32, '0'),
    state: 'normal',
    addresses: [`/ip4/127.0.0.1/tcp/50051/p2p/${FIRST_PEER}`],
    position: '2f91c04e'.padEnd(40, '0'),
    predecessor: { peer: SECOND_PEER, position: '9c3b1a00'.padEnd(40, '0') },
    successors: [{ peer: SECOND_PEER, position: '9c3b1a00'.padEnd(40, '0') }],
    fingers: [
      {
        index: 0,
        start: '2f91c04e'.padEnd(39, '0').concat('1'),
        peer: SECOND_PEER,
        position: '9c3b1a00'.padEnd(40, '0')
      },
      {
        index: 159,
        start: 'af91c04e'.padEnd(40, '0'),
        peer: FIRST_PEER,
        position: '2f91c04e'.padEnd(40, '0')
      }
    ],
    slots: [
      { slot: 0, epoch: 1, role: 'leader', members: [FIRST_PEER] },
      { slot: 1, epoch: 2, role: 'member', members: [FIRST_PEER, SECOND_PEER] }
    ],
    ...changes
  }
}
