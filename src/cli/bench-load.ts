/**
 * When operations begin: a closed loop, in which each lane begins the next when its last one has ended, or an open
 * one, which keeps to a schedule. What a schedule has planned is measured from then, also when all lanes were still waiting:
 * otherwise a ring that stalls is asked less, and its stall is counted once (Tene's "coordinated omission").
 */
import { type Clock, parallel, sleep } from '../runtime.ts'

export interface LoadShape {
  /** Operations under way at once, at most. */
  readonly concurrency: number
  /** Operations planned for each second. @default a closed loop */
  readonly rate?: number | undefined
  /** After so long none begins; Infinity with `operationsMax` only. */
  readonly durationMs: number
  /** @default no other end than the duration */
  readonly operationsMax?: number | undefined
}

export interface LoadEnd {
  /** Planned until the end, and never begun because all lanes were waiting for an answer. */
  readonly notBegun: number
}

/** A timer is no finer; what is planned for less than that from now begins now. */
const TIMER_MS = 1

/**
 * Calls `operate` with the time from which it is to be measured, `clock.monotonic()`; it never rejects. With `stop` nothing more
 * begins. Resolves when all that has begun has ended.
 */
export async function runLoad(
  clock: Clock,
  { concurrency, rate, durationMs, operationsMax = Number.POSITIVE_INFINITY }: LoadShape,
  stop: AbortSignal,
  operate: (fromMs: number) => Promise<void>
): Promise<LoadEnd> {
  const startedMs = clock.monotonic()
  const endMs = startedMs + durationMs
  let taken = 0
  let closedMs: number | undefined
  const lane = async () => {
    while (!stop.aborted && taken < operationsMax && clock.monotonic() < endMs) {
      const plannedMs = rate === undefined ? clock.monotonic() : startedMs + (taken * 1_000) / rate
      if (plannedMs >= endMs) {
        await reached(clock, endMs, stop) // a load with a duration lasts that long
        break
      }
      taken++
      if (!(await reached(clock, plannedMs, stop))) break
      await operate(Math.min(plannedMs, clock.monotonic()))
    }
    closedMs ??= Math.min(clock.monotonic(), endMs)
  }
  await parallel(Array(concurrency).keys(), concurrency, lane)
  if (rate === undefined) return { notBegun: 0 }
  const due = Math.min(operationsMax, Math.ceil(((closedMs! - startedMs) * rate) / 1_000))
  return { notBegun: Math.max(0, due - taken) }
}

/** False when `stop` came first. */
async function reached(clock: Clock, atMs: number, stop: AbortSignal): Promise<boolean> {
  for (let leftMs = atMs - clock.monotonic(); leftMs >= TIMER_MS; leftMs = atMs - clock.monotonic()) {
    await sleep(clock, Math.floor(leftMs), stop).catch(() => {})
    if (stop.aborted) return false
  }
  return !stop.aborted
}

/** Calls `tick` at each full second of the load until `end`; one that comes too late for several is called once. */
export async function everySecond(clock: Clock, end: AbortSignal, tick: () => void): Promise<void> {
  const startedMs = clock.monotonic()
  let second = 0
  for (;;) {
    const passed = Math.floor((clock.monotonic() - startedMs) / 1_000)
    second = Math.max(second, passed) + 1
    await sleep(clock, startedMs + second * 1_000 - clock.monotonic(), end).catch(() => {})
    if (end.aborted) return
    tick()
  }
}
