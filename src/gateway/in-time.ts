/** Operations within the time that a request has, whatever becomes of them afterwards. */
import { errorName, OutcomeUnknownError } from '../errors.ts'
import { raceSignal } from '../runtime.ts'

/** @throws TimeoutError */
export function readInTime<T>(read: Promise<T>, signal: AbortSignal): Promise<T> {
  return raceSignal(read, signal)
}

/** @throws OutcomeUnknownError: a write of which no answer came may have been executed */
export async function writeInTime<T>(write: Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await raceSignal(write, signal)
  } catch (cause) {
    if (errorName(cause) !== 'TimeoutError') throw cause
    throw new OutcomeUnknownError('No answer came in time: it may have been written or not', { cause })
  }
}
