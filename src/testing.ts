/**
 * A ring in this process, for tests and demos: real peers, real libp2p over loopback, users in memory.
 *
 * ```ts
 * import { createRing } from 'anillo/testing'
 *
 * await using ring = await createRing(5)
 * await ring.peers[0].users.set('7', { status: 'ONLINE' })
 * await ring.peers[4].users.get('7')
 * ```
 *
 * @packageDocumentation
 */
import './shim.ts'
import { TimeoutError } from './errors.ts'
import { type AnilloPeer, createPeer, type PeerOptions } from './peer.ts'
import { deadlineAfter, sleep, systemClock } from './runtime.ts'
import type { RingReport } from './users/ring-report.ts'

export interface TestRing extends AsyncDisposable {
  readonly peers: readonly [AnilloPeer, ...AnilloPeer[]]
  /** Starts one more peer and lets it join. */
  add(options?: PeerOptions): Promise<AnilloPeer>
  /** Stops every peer. */
  stop(): Promise<void>
}

export type TestRingOptions = Omit<PeerOptions, 'join' | 'listen'>

/**
 * A ring for tests is small and of short life: few slots, few positions, and no long wait for a quiet ring before a new
 * peer gets its copies.
 */
const TEST_DEFAULTS: TestRingOptions = { slots: 32, virtualNodes: 8, placementStableMs: 250 }
/** Small rings settle within a second or two; a loaded machine may take longer. */
const READY_TIMEOUT_MS = 30_000
const POLL_MS = 100

/**
 * `size` peers of one ring, resolved when all of them agree about it and every user would have all its copies. Unless
 * `options` says otherwise it has 32 slots and 8 positions for each peer.
 * @throws TimeoutError they do not agree within 30 s
 */
export async function createRing(size = 3, given: TestRingOptions = {}): Promise<TestRing> {
  const options = { ...TEST_DEFAULTS, ...given }
  const first = await startPeer(options, [])
  const peers: [AnilloPeer, ...AnilloPeer[]] = [first]
  const join = () => peers.flatMap(({ addresses }) => addresses.slice(0, 1)).slice(0, 1)
  const ring: TestRing = {
    peers,
    async add(own = {}) {
      const peer = await startPeer({ ...options, ...own }, join())
      peers.push(peer)
      return peer
    },
    async stop() {
      await Promise.all(peers.map(peer => peer.stop()))
    },
    [Symbol.asyncDispose]: () => ring.stop()
  }
  try {
    for (let i = 1; i < size; i++) await ring.add()
    await ringReady(first, size)
    return ring
  } catch (error) {
    await ring.stop()
    throw error
  }
}

/**
 * Waits until `peer` sees a ring of `size` peers that agree with each other.
 * @throws TimeoutError says what is still wrong
 */
export async function ringReady(
  peer: AnilloPeer,
  size: number,
  timeoutMs = READY_TIMEOUT_MS
): Promise<RingReport> {
  using deadline = deadlineAfter(systemClock, timeoutMs)
  for (;;) {
    const report = await peer.ring.ring()
    if (report.ready && report.peers.length === size) return report
    try {
      await sleep(systemClock, POLL_MS, deadline.signal)
    } catch {
      const why =
        report.problems.map(({ detail }) => detail).join('; ') || `${report.peers.length} of ${size} peers`
      throw new TimeoutError(`The ring is not ready within ${timeoutMs} ms: ${why}`)
    }
  }
}

function startPeer(options: PeerOptions, join: readonly string[]): Promise<AnilloPeer> {
  return createPeer({ ...options, listen: ['/ip4/127.0.0.1/tcp/0'], join })
}
