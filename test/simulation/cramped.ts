/**
 * Limits so small that a few seconds are enough to meet them: logs that are cut soon, so that whoever was away gets a
 * snapshot, messages that hold little, leaders that are suspected early and changes that follow each other at once.
 * Half of the seeds run so.
 */
import type { Patch } from './patched-build.ts'

export const CRAMPED: readonly Patch[] = [
  constant('replica/timing.js', 'LOG_RETAINED_ENTRIES', 6),
  constant('replica/timing.js', 'LOG_COMPACTED_ENTRIES', 3),
  constant('replica/timing.js', 'LEARNER_LAG_ENTRIES', 4),
  constant('replica/timing.js', 'ENTRIES_BYTES_MAX', 700),
  constant('replica/timing.js', 'HEARTBEAT_MS', 100),
  constant('replica/timing.js', 'SUSPECT_MS', 400),
  constant('replica/timing.js', 'AGREE_SUSPECT_MS', 340),
  constant('replica/timing.js', 'STEP_DOWN_MS', 600),
  constant('replica/timing.js', 'PROPOSAL_TIMEOUT_MS', 250),
  constant('replica/timing.js', 'RESEND_MS', 120),
  constant('replica/timing.js', 'LEARNER_TIMEOUT_MS', 2_000),
  constant('replica/timing.js', 'UNTAUGHT_MS', 2_500),
  constant('replica/timing.js', 'OUT_OF_TOUCH_MS', 2_500),
  constant('replica/timing.js', 'UNTAUGHT_PAUSE_MS', 200),
  constant('replica/snapshot.js', 'CLEAR_KEYS', 3),
  constant('replica/led-slot.js', 'RETRY_MS', 150),
  constant('replica/led-slot.js', 'INSTALL_WAIT_MS', 1_000)
]

/** Whatever its value is in production. */
function constant(file: string, name: string, cramped: number): Patch {
  return {
    file,
    find: new RegExp(`const ${name} = [^;]+;`, 'g'),
    replace: `const ${name} = ${cramped};`
  }
}

export function isCramped(seed: number): boolean {
  return seed % 2 === 0
}
