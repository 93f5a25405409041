/** Every slot of a peer goes to others before it leaves the ring for good: for as long as they go, however much there is. */
import { LEAVE_LINGER_MS } from '../constants.ts'
import { TimeoutError } from '../errors.ts'
import { type Clock, sleep } from '../runtime.ts'
import type { UsersNode } from './users-node.ts'

/** Two minutes, so that the copy of a large slot can be made; when none moved meanwhile, something is in the way. */
export const LEAVE_STUCK_MS = 120_000
const LEAVE_POLL_MS = 100

export interface HandOverInit {
  readonly node: Pick<UsersNode, 'slotsLeft' | 'depart'>
  readonly clock: Clock
  /** Ends it, with its reason. */
  readonly signal: AbortSignal
  /** Called with the number of slots that are still here. */
  readonly onProgress?: ((slotsLeft: number) => void) | undefined
}

/**
 * Lingers, still a member of the ring, so that everybody is sent on to where the slots went, and none comes back.
 * @throws TimeoutError for too long there were no fewer slots than ever before
 */
export async function untilEmpty({ node, clock, signal, onProgress }: HandOverInit): Promise<void> {
  let fewest = Number.POSITIVE_INFINITY
  let movedMs = clock.monotonic()
  const pass = async (left: number, ms: number) => {
    onProgress?.(left)
    // Slots that come and go again are no progress: it would never end.
    if (left < fewest) {
      fewest = left
      movedMs = clock.monotonic()
    }
    if (left > 0 && clock.monotonic() - movedMs >= LEAVE_STUCK_MS)
      throw new TimeoutError(`No slot has moved for ${LEAVE_STUCK_MS} ms`)
    await sleep(clock, ms, signal)
  }
  do {
    for (let left = node.slotsLeft; left > 0; left = node.slotsLeft) await pass(left, LEAVE_POLL_MS)
    await pass(0, LEAVE_LINGER_MS)
  } while (!node.depart())
}
