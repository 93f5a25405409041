/**
 * Time that passes only when nothing is left to do at the present moment. Events happen in the order of their time, and of
 * two at the same time the one that was put in first; between two of them all promises settle. So one
 * seed gives one run, and an hour takes seconds.
 */
import type { Clock, Timer } from '../../src/runtime.ts'

interface Event {
  readonly atMs: number
  readonly order: number
  fire: (() => void) | undefined
}

/** Kept before the real ones are taken away. */
const macrotask = setImmediate

/** Wall-clock time when a simulation begins. */
const EPOCH_MS = Date.UTC(2030, 0, 1)

export class VirtualTime implements Clock {
  /** A heap: no event is before its parent, at half its index. */
  readonly #events: Event[] = []
  #nowMs = 0
  #order = 0
  /** Looks at the state of things after every single event. */
  watch: (() => void) | undefined
  /** Events that have happened. */
  fired = 0

  now(): number {
    return EPOCH_MS + this.#nowMs
  }

  monotonic(): number {
    return this.#nowMs
  }

  timer(ms: number, fire: () => void): Timer {
    const event: Event = { atMs: this.#nowMs + Math.max(0, ms), order: this.#order++, fire }
    this.#push(event)
    return {
      cancel: () => {
        event.fire = undefined
      }
    }
  }

  soon(work: () => void): void {
    this.timer(0, work)
  }

  /** Lets time pass, with no real clock within reach of the code that runs meanwhile. */
  async pass(ms: number): Promise<void> {
    await this.until(() => false, ms)
  }

  /** Lets time pass until `condition` holds, looked at every `everyMs`. Tells whether it did within `ms`. */
  async until(condition: () => boolean, ms: number, everyMs = 50): Promise<boolean> {
    const endMs = this.#nowMs + ms
    const restore = banRealTime()
    try {
      let lookMs = this.#nowMs
      for (;;) {
        await new Promise(resolve => macrotask(resolve))
        this.watch?.()
        const next = this.#peek()
        for (; lookMs <= Math.min(next?.atMs ?? endMs, endMs); lookMs += everyMs) if (condition()) return true
        if (next === undefined || next.atMs > endMs) break
        this.#pop()
        this.#nowMs = next.atMs
        this.fired++
        next.fire?.()
      }
      this.#nowMs = endMs
      return condition()
    } finally {
      restore()
    }
  }

  /** The result of `work`, or an error when it needs more than `ms` of virtual time. */
  async finish<T>(work: Promise<T>, ms: number): Promise<T> {
    let settled = false
    const settle = () => {
      settled = true
    }
    work.then(settle, settle)
    if (!(await this.until(() => settled, ms, 5)))
      throw new Error(`Not finished within ${ms} ms of virtual time`)
    return work
  }

  /** The next event that was not cancelled. */
  #peek(): Event | undefined {
    while (this.#events.length > 0 && this.#events[0]!.fire === undefined) this.#pop()
    return this.#events[0]
  }

  #push(event: Event): void {
    const heap = this.#events
    let at = heap.push(event) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (before(heap[parent]!, event)) break
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = event
  }

  #pop(): void {
    const heap = this.#events
    const last = heap.pop()!
    if (heap.length === 0) return
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++
      if (before(last, heap[child]!)) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = last
  }
}

function before(a: Event, b: Event): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order)
}

/** Takes the real clocks and the real chance away; returns what gives them back. */
function banRealTime(): () => void {
  const banned: readonly (readonly [object, string])[] = [
    [globalThis, 'setTimeout'],
    [globalThis, 'setInterval'],
    [globalThis, 'setImmediate'],
    [Date, 'now'],
    [performance, 'now'],
    [Math, 'random'],
    [AbortSignal, 'timeout']
  ]
  const restore = banned.map(([owner, name]) => {
    const descriptor = Object.getOwnPropertyDescriptor(owner, name)
    const value = () => {
      throw new Error(`${name} is not to be used in the simulator`)
    }
    Object.defineProperty(owner, name, { value, configurable: true, writable: true })
    return () => {
      if (descriptor === undefined) Reflect.deleteProperty(owner, name)
      else Object.defineProperty(owner, name, descriptor)
    }
  })
  return () => {
    for (const give of restore) give()
  }
}
