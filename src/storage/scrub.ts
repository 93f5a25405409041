/**
 * Reads everything that a peer has on its disk, again and again and slowly, so that damage is found while the other
 * copies of a slot are sound: a value that nobody asks for may be damaged for years, and is missed when it is needed.
 * The store looks at what is read, and tells its owner; here is only the pace.
 */
import { isDiskFailure } from '../errors.ts'
import type { Events } from '../events.ts'
import { type Clock, sleep } from '../runtime.ts'
import type { Range, Store } from './store.ts'

export interface ScrubPace {
  /** From the start of the peer to the first pass. */
  readonly firstMs: number
  /** From the end of a pass to the next one. */
  readonly pauseMs: number
  readonly bytesPerSecond: number
}

/**
 * Not while a peer starts, and joins, and catches up, which takes the disk and the processor. A pass of a gigabyte takes
 * 17 minutes, and is less than one part in a hundred of a processor; on a disk so slow that it would be more it takes longer, and is two. Then a day, so that
 * it is found within a day or so: two copies of one slot that are damaged in one day are as unlikely as two disks lost.
 */
const PACE: ScrubPace = { firstMs: 60_000, pauseMs: 24 * 3_600_000, bytesPerSecond: 1024 * 1024 }
/** Bytes read in one turn of the event loop, about: some hundred users, half a millisecond. Thirty turns make a second. */
const TURN_BYTES = 32 * 1024
/** A turn ends after so long however little it has read: what is not in memory is waited for. */
const TURN_MS = 3
/** After a turn for so many times as long as it took: otherwise a slow disk would be all that the event loop waits for. */
const REST = 50
const LAST = Uint8Array.of(0xff)

interface ScrubInit {
  readonly store: Pick<Store, 'range'>
  readonly clock: Clock
  readonly events: Pick<Events, 'emit'>
  readonly pace?: ScrubPace | undefined
}

/** What one turn read. `next`: where to go on; undefined when there is nothing more. */
interface Turn {
  readonly values: number
  readonly bytes: number
  readonly next: Uint8Array | undefined
}

export class Scrub {
  readonly #store: Pick<Store, 'range'>
  readonly #clock: Clock
  readonly #events: Pick<Events, 'emit'>
  readonly #pace: ScrubPace

  constructor({ store, clock, events, pace = PACE }: ScrubInit) {
    this.#store = store
    this.#clock = clock
    this.#events = events
    this.#pace = pace
  }

  /** Resolves when `signal` aborts, or the store gives nothing more: whoever owns it has been told why. */
  async run(signal: AbortSignal): Promise<void> {
    const { firstMs, pauseMs } = this.#pace
    try {
      for (let waitMs = firstMs; ; waitMs = pauseMs) {
        await sleep(this.#clock, waitMs, signal)
        await this.#pass(signal)
      }
    } catch (error) {
      if (!signal.aborted && !isDiskFailure(error)) throw error
    }
  }

  async #pass(signal: AbortSignal): Promise<void> {
    let values = 0
    let bytes = 0
    for (let from: Uint8Array | undefined = new Uint8Array(); from !== undefined; ) {
      const beganMs = this.#clock.monotonic()
      const turn: Turn = this.#read({ start: from, end: LAST })
      values += turn.values
      bytes += turn.bytes
      from = turn.next
      const tookMs = this.#clock.monotonic() - beganMs
      const pauseMs = Math.max((1_000 * turn.bytes) / this.#pace.bytesPerSecond, REST * tookMs)
      if (from !== undefined) await sleep(this.#clock, pauseMs, signal)
    }
    this.#events.emit({ type: 'store.scrubbed', values, bytes, atMs: this.#clock.now() })
  }

  /** One read transaction, which is over when it returns: as long as one is open no page is used again. */
  #read(range: Range): Turn {
    const untilMs = this.#clock.monotonic() + TURN_MS
    let values = 0
    let bytes = 0
    for (const [key, value] of this.#store.range(range)) {
      values++
      bytes += key.length + value.length
      if (bytes >= TURN_BYTES || this.#clock.monotonic() > untilMs) return { values, bytes, next: after(key) }
    }
    return { values, bytes, next: undefined }
  }
}

/** The first key that comes after `key`. */
function after(key: Uint8Array): Uint8Array {
  const next = new Uint8Array(key.length + 1)
  next.set(key)
  return next
}
