/**
 * Going on with slots that have lost the majority of their members for good, from what one peer has of them. Whatever
 * was acknowledged and is not there is lost, so this is never done without an operator, never to a slot whose members
 * answer in a majority, and never from a copy that has less than another one that is there.
 */
import type { Peer } from '../chord/ring-node.ts'
import { InvalidRequestError } from '../errors.ts'
import type { Job } from '../replica/jobs.ts'
import type { Slot } from '../ring/slot.ts'
import type { StuckSlot } from './census.ts'
import type { RecoveryReport, RecoveryRequest } from './ring-report.ts'

export interface RecoveryContext {
  readonly self: Peer
  /** S of the ring. */
  readonly slotCount: number
  readonly stuck: () => Promise<readonly StuckSlot[]>
  /** Makes this peer the only member of a slot, in an epoch above that, and resolves when it is on disk. False: it has nothing of it. */
  readonly recover: (slot: Slot, above: number) => Promise<boolean>
  readonly usersOf: (slot: Slot) => number
  /** Called when it is going to be tried. */
  readonly begin: () => Job
}

/** @throws InvalidRequestError another peer is meant, or the slot needs no help, or has no copy here */
export async function recoverSlots(
  request: RecoveryRequest,
  context: RecoveryContext
): Promise<RecoveryReport> {
  const { slots, from } = request
  const { self, slotCount } = context
  if (from !== self) throw new InvalidRequestError(`This peer is ${self}: ask ${from} itself`)
  if (slots !== 'all' && slots >= slotCount) {
    throw new InvalidRequestError(`There is no slot ${slots} in a ring of ${slotCount}`)
  }
  const job = context.begin()
  try {
    const report = await recoverStuck(slots, context, job)
    const { recovered, elsewhere } = report
    job.done(`${recovered.length} slots go on from here; ${elsewhere.length} have no current copy here`)
    return report
  } catch (error) {
    job.failed((error as Error).message)
    throw error
  }
}

async function recoverStuck(
  slots: RecoveryRequest['slots'],
  { self, stuck, recover, usersOf }: RecoveryContext,
  job: Job
): Promise<RecoveryReport> {
  const wanted = (await stuck()).filter(({ slot }) => slots === 'all' || slot === slots)
  if (slots !== 'all' && wanted.length === 0) {
    throw new InvalidRequestError(
      `Slot ${slots} has a leader, or members enough to choose one: nothing is lost`
    )
  }
  const recovered: Slot[] = []
  const elsewhere: StuckSlot[] = []
  await Promise.all(
    wanted.map(async each => {
      // Nobody goes on from less than somebody else has, or may have, who is there.
      const isOld = each.mute.length > 0 || (each.best.length > 0 && !each.best.includes(self))
      if (!isOld && (await recover(each.slot, each.epoch))) recovered.push(each.slot)
      else elsewhere.push(each)
      job.reach(recovered.length, wanted.length)
    })
  )
  const [missing] = elsewhere
  if (slots !== 'all' && missing !== undefined) {
    throw new InvalidRequestError(whyNot(missing))
  }
  return {
    peer: self,
    recovered,
    users: recovered.reduce((sum, slot) => sum + usersOf(slot), 0),
    elsewhere: elsewhere.map(({ slot }) => slot)
  }
}

function whyNot({ slot, best, mute }: StuckSlot): string {
  if (mute.length > 0)
    return `${mute.join(', ')} is there, and has not said yet what it has of slot ${slot}: try again in some seconds`
  const others = best.join(', ') || 'nobody that answers'
  return `This peer has no copy of slot ${slot}, or less of it than others; ${others} has`
}
