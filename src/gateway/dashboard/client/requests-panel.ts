/** How long the gateway took for what this page asked, and how many hops its lookups had. */
import type { Api } from './api.ts'
import { byId, say } from './element.ts'
import { Histogram } from './histogram.ts'

const LATENCY_MS = [5, 10, 20, 50, 100, 200, 500]
const HOPS_MAX = 6
const SAMPLE = 20

export class RequestsPanel {
  readonly #latency = new Histogram(byId('latency'), [
    ...LATENCY_MS.map(to => ({ label: `${to}`, to })),
    { label: '+', to: Number.POSITIVE_INFINITY }
  ])
  readonly #hops = new Histogram(byId('hops'), [
    ...Array.from({ length: HOPS_MAX }, (_, to) => ({ label: `${to}`, to })),
    { label: `${HOPS_MAX}+`, to: Number.POSITIVE_INFINITY }
  ])
  /** Ids with a number are as far from each other on the ring as random ones. */
  #sampled = 0

  constructor(api: Api) {
    api.onAnswer = ms => this.#answered(ms)
    const button = byId<HTMLButtonElement>('sample')
    button.addEventListener('click', async () => {
      button.disabled = true
      try {
        for (let i = 0; i < SAMPLE; i++) {
          this.#sampled++
          const { hops } = await api.lookup(`sample-${this.#sampled}`)
          this.hops(hops.length)
        }
      } catch (error) {
        say(byId('hops-summary'), (error as Error).message)
      }
      button.disabled = false
    })
  }

  hops(count: number): void {
    this.#hops.add(count)
    say(byId('hops-summary'), `median ${this.#hops.quantile(0.5)} of ${this.#hops.count} lookups`)
  }

  #answered(ms: number): void {
    this.#latency.add(ms)
    const [p50, p99] = [this.#latency.quantile(0.5), this.#latency.quantile(0.99)]
    say(byId('latency-summary'), `p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms`)
  }
}
