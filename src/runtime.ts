/**
 * The ports through which time, randomness and the log reach every other file, and the system's own
 * implementation of them. Nothing outside this file and the adapters (network, storage, gateway/server, output, cli)
 * touches `Date`, `setTimeout`, `Math.random` or `AbortSignal.timeout`, so a whole peer runs in the simulator
 * on virtual time, one seed giving one trace. Web platform only, no `node:` import: the HTTP client shares it.
 */
import { TimeoutError } from './errors.ts'

/** A pending one-shot timer. Cancelling one that has fired or was cancelled does nothing. */
export interface Timer {
  cancel(): void
}

export interface Clock {
  /** Wall-clock time in ms since 1970; may jump. Only for what a person reads, never for a deadline. */
  now(): number
  /** Milliseconds since an arbitrary start; never goes back. Reading it never moves it. */
  monotonic(): number
  /** Calls `fire` once after `ms`. A timer never keeps a process alive by itself. */
  timer(ms: number, fire: () => void): Timer
  /** Calls `work` when all that has arrived by now is taken in, so that it can be done for all of it at once. */
  soon(work: () => void): void
}

export interface Random {
  /** Uniform in [0, 1). */
  next(): number
  /** `length` random bytes: cryptographic from the system, seeded in the simulator. */
  bytes(length: number): Uint8Array
}

export type LogFields = Record<string, unknown>

export interface Log {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
}

export interface Runtime {
  clock: Clock
  random: Random
  log: Log
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  timer(ms, fire) {
    const handle = setTimeout(fire, ms)
    if (typeof handle === 'object') handle.unref() // a browser's is a number
    return { cancel: () => clearTimeout(handle) }
  },
  soon(work) {
    if (typeof setImmediate === 'function') setImmediate(work)
    else setTimeout(work, 0) // a browser
  }
}

/** Longer than any timer can be: nothing is to happen, only to be waited for. */
const HOLD_MS = 2 ** 31 - 1

/** Keeps the process running until it is disposed, as a socket that listens does: the timers of {@link systemClock} do not. */
export function holdProcess(): Disposable {
  const handle = setInterval(() => {}, HOLD_MS)
  return { [Symbol.dispose]: () => clearInterval(handle) }
}

/** Asked for in bulk: a call of the system's generator costs the same for 16 bytes as for 4 KiB. */
const POOL_BYTES = 4_096
const pool = new Uint8Array(POOL_BYTES)
let poolAt = POOL_BYTES

/** A fresh copy: no byte is given out twice. */
function randomBytes(length: number): Uint8Array {
  if (length > POOL_BYTES) return crypto.getRandomValues(new Uint8Array(length))
  if (poolAt + length > POOL_BYTES) {
    crypto.getRandomValues(pool)
    poolAt = 0
  }
  const bytes = pool.slice(poolAt, poolAt + length)
  pool.fill(0, poolAt, poolAt + length)
  poolAt += length
  return bytes
}

export const systemRandom: Random = {
  next: () => new Uint32Array(randomBytes(4).buffer)[0]! / 2 ** 32,
  bytes: randomBytes
}

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} }

/** Resolves after `ms`; rejects with the signal's reason as soon as `signal` aborts. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason)
      return
    }
    const onAbort = () => {
      timer.cancel()
      reject(signal!.reason)
    }
    const timer = clock.timer(ms, () => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    })
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}

/** A signal that aborts with a {@link TimeoutError} after `ms`, or with `parent`'s reason when that aborts first. */
export interface Deadline extends Disposable {
  readonly signal: AbortSignal
  /** Releases the timer and the listener on the parent; call it when the work is over, whatever its end. */
  clear(): void
}

/**
 * Puts a bound of `ms` on some work. A Deadline that is not cleared would leave a timer and a listener behind,
 * so use it as `using deadline = deadlineAfter(…)` or clear it in `finally`.
 */
export function deadlineAfter(clock: Clock, ms: number, parent?: AbortSignal): Deadline {
  const controller = new AbortController()
  const onParent = () => controller.abort(parent!.reason)
  const timer = clock.timer(ms, () => controller.abort(new TimeoutError(`No result within ${ms} ms`)))
  if (parent?.aborted) onParent()
  else parent?.addEventListener('abort', onParent, { once: true })
  const clear = () => {
    timer.cancel()
    parent?.removeEventListener('abort', onParent)
  }
  return { signal: controller.signal, clear, [Symbol.dispose]: clear }
}

/** `work`, or the signal's rejection, whichever comes first; `work` itself is not stopped by it. */
export function raceSignal<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    if (signal.aborted) {
      onAbort()
      work.catch(() => {}) // its end interests nobody any more
      return
    }
    signal.addEventListener('abort', onAbort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}

/** `ms` moved by up to ±`fraction`, so that peers started together do not act together. */
export function jitter(random: Random, ms: number, fraction = 0.2): number {
  return ms * (1 + fraction * (2 * random.next() - 1))
}

/** A uniformly chosen item, or undefined of an empty list. */
export function pick<T>(random: Random, items: readonly T[]): T | undefined {
  return items[Math.floor(random.next() * items.length)]
}

/** Up to `count` different items, uniformly chosen. */
export function sample<T>(random: Random, items: readonly T[], count: number): T[] {
  const rest = [...items]
  const chosen: T[] = []
  while (chosen.length < count && rest.length > 0) {
    const at = Math.floor(random.next() * rest.length)
    chosen.push(rest[at]!)
    rest[at] = rest.at(-1)!
    rest.pop()
  }
  return chosen
}

/**
 * Does `work` for every item, at most `limit` at once. Ends when all that was begun has ended, and rejects with the
 * first error then; the lane that failed begins nothing more.
 */
export async function parallel<T>(
  items: Iterable<T>,
  limit: number,
  work: (item: T) => Promise<unknown>
): Promise<void> {
  const iterator = items[Symbol.iterator]()
  const lane = async () => {
    for (let next = iterator.next(); !next.done; next = iterator.next()) await work(next.value)
  }
  const ends = await Promise.allSettled(Array.from({ length: limit }, lane))
  for (const end of ends) if (end.status === 'rejected') throw end.reason
}
