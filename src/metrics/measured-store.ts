/** A store whose writes are counted and timed. */
import type { Counter, Histogram } from 'prom-client'
import type { Clock } from '../runtime.ts'
import type { Range, Store, Write } from '../storage/store.ts'
import { DURATION_BUCKETS_S, type Instruments } from './instruments.ts'

export class StoreMetrics {
  readonly keys: Counter
  readonly bytes: Counter
  readonly durations: Histogram

  constructor(make: Instruments) {
    this.keys = make.counter('anillo_storage_written_keys_total', 'Keys that were written or deleted', [])
    this.bytes = make.counter(
      'anillo_storage_written_bytes_total',
      'Bytes of the keys and values that were written or deleted',
      []
    )
    this.durations = make.histogram(
      'anillo_storage_write_duration_seconds',
      'Time from a batch of writes until it is flushed to the disk, waiting for other batches included',
      DURATION_BUCKETS_S,
      []
    )
  }
}

export class MeasuredStore implements Store {
  readonly #store: Store
  readonly #metrics: StoreMetrics
  readonly #clock: Pick<Clock, 'monotonic'>

  constructor(store: Store, metrics: StoreMetrics, clock: Pick<Clock, 'monotonic'>) {
    this.#store = store
    this.#metrics = metrics
    this.#clock = clock
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#store.get(key)
  }

  range(range: Range): Iterable<readonly [Uint8Array, Uint8Array]> {
    return this.#store.range(range)
  }

  count(range: Range): number {
    return this.#store.count(range)
  }

  async write(writes: readonly Write[]): Promise<void> {
    const beganMs = this.#clock.monotonic()
    await this.#store.write(writes)
    let bytes = 0
    for (const { key, value } of writes) bytes += key.byteLength + (value?.byteLength ?? 0)
    this.#metrics.keys.inc(writes.length)
    this.#metrics.bytes.inc(bytes)
    this.#metrics.durations.observe((this.#clock.monotonic() - beganMs) / 1_000)
  }

  close(): Promise<void> {
    return this.#store.close()
  }
}
