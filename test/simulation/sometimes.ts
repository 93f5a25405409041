/**
 * What has to happen at least once in a few hundred runs. A simulation that never gets somewhere proves nothing about
 * that place, however many seeds it has.
 */
import type { Wish } from './options.ts'

const SOMETIMES: readonly string[] = [
  'accepted view taken over by another proposer',
  'ambush at an acceptance',
  'ambush at appended',
  'ambush at installed',
  'ambush at synced',
  'answer create conflict',
  'answer create unknown',
  'answer delete absent',
  'answer patch gone',
  'answer patch offline',
  'answer replace conflict',
  'answer set rejected',
  'answer set unknown',
  'answer stale read',
  'damage found',
  'damage found at start',
  'disk failed',
  'disk lost: roll-back',
  'disk lost: wipe',
  'leader changed',
  'lease came back',
  'lease ended',
  'lease renewed',
  'member again',
  'members changed',
  'old copy refused',
  'peer back in peace',
  'peer left',
  'peer stopped',
  'sent data',
  'sent fetch',
  'sent gap',
  'sent learn',
  'sent nack',
  'sent need-view',
  'sent stale',
  'sent sync-gap',
  'snapshot taken',
  'tail cut off at install',
  'view installed that skips epochs',
  'write repeated absent',
  'write repeated conflict',
  'write repeated done',
  'write replayed'
]

/** The same of runs that end in a recovery. */
const IN_RECOVERIES: readonly string[] = [
  'acknowledged user lost',
  'lost while somebody learned',
  'slot recovered',
  'slot without a copy',
  'user saved for people'
]

/** Those that did not happen in runs that are as `wish` has them. */
export function missing(counts: ReadonlyMap<string, number>, { core, recovery }: Wish = {}): string[] {
  const expected = recovery ? IN_RECOVERIES : core ? [] : SOMETIMES
  return expected.filter(what => (counts.get(what) ?? 0) === 0)
}
