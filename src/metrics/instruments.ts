/** Makes the metrics of one registry: those that are counted as things happen, and those that are read when somebody asks. */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** From well below a write on a good disk to a request's own deadline; seconds. */
export const DURATION_BUCKETS_S = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25
]

/** One value for each set of label values. */
export type Labelled<L extends string> = readonly (readonly [labels: Record<L, string>, value: number])[]

export class Instruments {
  readonly #registry: Registry

  constructor(registry: Registry) {
    this.#registry = registry
  }

  counter<L extends string>(name: string, help: string, labels: readonly L[]): Counter<L> {
    return new Counter({ name, help, labelNames: [...labels], registers: [this.#registry] })
  }

  histogram<L extends string>(
    name: string,
    help: string,
    buckets: readonly number[],
    labels: readonly L[]
  ): Histogram<L> {
    const registers = [this.#registry]
    return new Histogram({ name, help, buckets: [...buckets], labelNames: [...labels], registers })
  }

  /** `read` is called for each scrape; undefined: there is no value now. */
  gaugeOf(name: string, help: string, read: () => number | undefined): void {
    this.gaugesOf(name, help, [], () => {
      const value = read()
      return value === undefined ? [] : [[{}, value]]
    })
  }

  gaugesOf<L extends string>(
    name: string,
    help: string,
    labels: readonly L[],
    read: () => Labelled<L>
  ): void {
    const registers = [this.#registry]
    new Gauge<string>({
      name,
      help,
      labelNames: [...labels],
      registers,
      collect() {
        this.reset()
        if (labels.length === 0) this.remove() // without labels it would be 0 when there is nothing to say
        for (const [values, value] of read()) this.set(values, value)
      }
    })
  }

  /** As `gaugeOf`, of what only grows. */
  counterOf(name: string, help: string, read: () => number): void {
    this.countersOf(name, help, [], () => [[{}, read()]])
  }

  countersOf<L extends string>(
    name: string,
    help: string,
    labels: readonly L[],
    read: () => Labelled<L>
  ): void {
    const registers = [this.#registry]
    new Counter<string>({
      name,
      help,
      labelNames: [...labels],
      registers,
      collect() {
        this.reset()
        for (const [values, value] of read()) this.inc(values, value)
      }
    })
  }
}
