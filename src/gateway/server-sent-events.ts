/** What all feeds of server-sent events have in common. */
import type { Clock } from '../runtime.ts'

export const SSE_TYPE = 'text/event-stream'
/** `X-Accel-Buffering`: common proxies hold events back otherwise. */
export const SSE_HEADERS = {
  'Content-Type': SSE_TYPE,
  'Cache-Control': 'no-store',
  'X-Accel-Buffering': 'no'
}
/** Proxies and load balancers drop a connection on which nothing moves, common ones after 60 s. */
export const KEEP_ALIVE_MS = 15_000
/** A comment, which readers pass over. */
export const KEEP_ALIVE = ':\n\n'

/** Undefined when it takes longer; `work` goes on. */
export function orAfter<T>(work: Promise<T>, ms: number, clock: Clock): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const timer = clock.timer(ms, () => resolve(undefined))
    work.then(resolve, reject).finally(() => timer.cancel())
  })
}
