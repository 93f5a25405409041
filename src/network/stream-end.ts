/** The end of a stream: libp2p forgets one only when both sides have closed it, or one has reset it. */
import type { Stream } from '@libp2p/interface'
import { TimeoutError } from '../errors.ts'
import type { Clock } from '../runtime.ts'

/** For what is still unsent, and for the other side to close too. */
const CLOSE_TIMEOUT_MS = 1_000

/** Sends what is unsent, says that no more comes, waits for the other side to do the same, and resets the stream if it does not. */
export function endStream(stream: Stream, clock: Clock): Promise<void> {
  if (stream.status !== 'open' && stream.status !== 'closing') return Promise.resolve()
  return new Promise(resolve => {
    const controller = new AbortController()
    const timer = clock.timer(CLOSE_TIMEOUT_MS, () => {
      controller.abort()
      stream.abort(new TimeoutError(`The stream did not close within ${CLOSE_TIMEOUT_MS} ms`))
    })
    stream.addEventListener(
      'close',
      () => {
        timer.cancel()
        resolve()
      },
      { once: true }
    )
    // Whatever arrives now interests nobody; unread, it would keep the stream from ending.
    stream.addEventListener('message', () => {})
    const close = async () => {
      if (stream.readStatus === 'paused') stream.resume()
      await stream.close({ signal: controller.signal })
    }
    close().catch((error: unknown) => {
      stream.abort(error instanceof Error ? error : new TimeoutError('The stream did not close'))
    })
  })
}
