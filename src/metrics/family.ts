/** A gauge or counter of libp2p: one number, or one for each key, set by its owner or worked out when somebody asks. */
import { Counter, Gauge, type Registry } from 'prom-client'

export interface FamilyInit {
  readonly type: 'gauge' | 'counter'
  readonly name: string
  readonly help: string
  /** Under which the keys are; undefined: there is one number, whose key is empty. */
  readonly label: string | undefined
  readonly registry: Registry
}

/** Keys are libp2p's: directions, protocols, errors, addresses. Further ones are counted together, as `other`. */
const KEYS_MAX = 64
const OTHER = 'other'

type Calculate = () => Record<string, number> | Promise<Record<string, number>>

export class Family {
  readonly #metric: Gauge<string> | Counter<string>
  readonly #label: string | undefined
  readonly #keys = new Set<string>()
  readonly #calculations: Calculate[] = []

  constructor({ type, name, help, label, registry }: FamilyInit) {
    const labelNames = label === undefined ? [] : [label]
    const Type = type === 'gauge' ? Gauge : Counter
    this.#metric = new Type({ name, help, labelNames, registers: [registry] })
    this.#label = label
  }

  /** One more way to get values: each listener of a transport has its own. */
  calculate(calculate: Calculate): void {
    this.#calculations.push(calculate)
  }

  async refresh(): Promise<void> {
    if (this.#calculations.length === 0) return
    const all = await Promise.all(this.#calculations.map(async calculate => calculate()))
    if (this.#metric instanceof Gauge) this.reset() // what is not named any more is gone
    for (const values of all) for (const [key, value] of Object.entries(values)) this.add(key, value)
  }

  set(key: string, value: number): void {
    if (this.#metric instanceof Gauge) this.#metric.set(this.#labels(key), value)
  }

  add(key: string, value: number): void {
    this.#metric.inc(this.#labels(key), value)
  }

  reset(): void {
    this.#metric.reset()
    this.#keys.clear()
  }

  timer(key: string): () => void {
    return this.#metric instanceof Gauge ? this.#metric.startTimer(this.#labels(key)) : () => {}
  }

  #labels(key: string): Record<string, string> {
    if (this.#label === undefined) return {}
    const known = this.#keys.has(key) || this.#keys.size < KEYS_MAX
    if (known) this.#keys.add(key)
    return { [this.#label]: known ? key : OTHER }
  }
}
