/** One signal for work in many parts. */
import { setMaxListeners } from 'main-event'

/** Aborted with any of `signals`; for work in many parts, each of which listens: Node takes more than ten for a leak. */
export function sharedSignal(...signals: readonly (AbortSignal | undefined)[]): AbortSignal {
  const shared = AbortSignal.any(signals.filter(signal => signal !== undefined))
  setMaxListeners(Number.POSITIVE_INFINITY, shared)
  return shared
}
