/** Counts in buckets, drawn as bars that also read as a list. Keeps the latest values only. */
import { element } from './element.ts'

const VALUES_MAX = 1_000

export interface Bucket {
  readonly label: string
  /** Values up to it, itself included. */
  readonly to: number
}

export class Histogram {
  readonly #buckets: readonly Bucket[]
  readonly #bars: readonly { readonly fill: HTMLElement; readonly count: HTMLElement }[]
  #values: number[] = []

  constructor(list: HTMLElement, buckets: readonly Bucket[]) {
    this.#buckets = buckets
    this.#bars = buckets.map(({ label }) => {
      const fill = element('span', { class: 'fill', 'aria-hidden': 'true' })
      const count = element('span', { class: 'count' })
      list.append(
        element(
          'li',
          {},
          element('span', { class: 'label' }, label),
          element('span', { class: 'bar' }, count, fill)
        )
      )
      return { fill, count }
    })
  }

  add(value: number): void {
    this.#values.push(value)
    if (this.#values.length > VALUES_MAX) this.#values = this.#values.slice(-VALUES_MAX)
    const counts = this.#buckets.map(() => 0)
    for (const value of this.#values) counts[bucketOf(value, this.#buckets)]!++
    const most = Math.max(...counts)
    counts.forEach((count, index) => {
      const bar = this.#bars[index]!
      bar.fill.style.height = `${(100 * count) / most}%`
      bar.count.textContent = count === 0 ? '' : String(count)
    })
  }

  get count(): number {
    return this.#values.length
  }

  /** Of the latest values, by nearest rank; 0 without any. `part`: 0.5 is the median. */
  quantile(part: number): number {
    const sorted = [...this.#values].sort((a, b) => a - b)
    return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? 0
  }
}

export function bucketOf(value: number, buckets: readonly Bucket[]): number {
  const found = buckets.findIndex(({ to }) => value <= to)
  return found < 0 ? buckets.length - 1 : found
}
