/** Items that others come up with, however long they take, and a signal that does not wait for them. */
import { raceSignal } from '../runtime.ts'

/** The same items, as long as `signal` is not aborted. @throws its reason, also while the next item is waited for */
export async function* interruptible<T>(
  items: Iterable<T> | AsyncIterable<T>,
  signal: AbortSignal | undefined
): AsyncGenerator<T> {
  const iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]()
  let ended = false
  try {
    for (;;) {
      signal?.throwIfAborted()
      const next = await raceSignal(Promise.resolve(iterator.next()), signal)
      ended = next.done === true
      if (next.done === true) return
      yield next.value
    }
  } finally {
    // Whoever does not come up with the next one does not come to an end either: nobody waits for it.
    if (!ended)
      void Promise.resolve()
        .then(() => iterator.return?.())
        .catch(() => {})
  }
}
