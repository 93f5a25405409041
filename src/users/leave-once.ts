/** Leaving the ring as callers ask for it who may ask again: they are told of one job, and need not wait for its end. */
import { NotRunningError } from '../errors.ts'
import type { Log } from '../runtime.ts'
import type { JobBoard } from './job-board.ts'

/**
 * Begins to leave, unless that is under way, or has come to its end well. The id of the job.
 * @throws NotRunningError the peer has stopped, and cannot begin
 */
export function leaveOnce(jobs: Pick<JobBoard, 'latest'>, leave: () => Promise<void>, log: Log): string {
  const before = jobs.latest('leave')
  if (before !== undefined && before.state !== 'failed') return before.id
  const leaving = leave()
  const begun = jobs.latest('leave')
  if (begun === undefined || begun.id === before?.id) {
    leaving.catch(() => {}) // the caller is told
    throw new NotRunningError('This peer has stopped')
  }
  leaving.catch(error => log.error('this peer stays in the ring', { error }))
  return begun.id
}
