/** One round of a measurement: as many calls under way as are asked for, for a while, and how long each took. */

export interface Round {
  readonly perSecond: number
  /** ms */
  readonly p50: number
  readonly p99: number
  readonly calls: number
}

/** Keeps `inFlight` calls going for `ms`. @throws what the first call threw that failed */
export async function measure(call: () => Promise<unknown>, inFlight: number, ms: number): Promise<Round> {
  const latencies: number[] = []
  const start = performance.now()
  const end = start + ms
  const caller = async () => {
    for (let before = performance.now(); before < end; ) {
      await call()
      const after = performance.now()
      latencies.push(after - before)
      before = after
    }
  }
  await Promise.all(Array.from({ length: inFlight }, caller))
  const seconds = (performance.now() - start) / 1000
  latencies.sort((a, b) => a - b)
  const at = (part: number) => latencies[Math.floor(latencies.length * part)]!
  return { perSecond: latencies.length / seconds, p50: at(0.5), p99: at(0.99), calls: latencies.length }
}

export function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!
}
