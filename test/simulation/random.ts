/** Random numbers that a seed decides. Every user of randomness has a stream of its own, so one more draw here moves nothing there. */
import { createHash } from 'node:crypto'
import type { Random } from '../../src/runtime.ts'

/** The stream `name` of `seed`: xoshiro128**. */
export function seededRandom(seed: string, name: string): Random {
  const digest = createHash('sha256').update(`${seed}/${name}`).digest()
  let [a, b, c, d] = [0, 4, 8, 12].map(at => digest.readUInt32LE(at)) as [number, number, number, number]
  const word = (): number => {
    const turned = Math.imul(b, 5)
    const result = Math.imul((turned << 7) | (turned >>> 25), 9) >>> 0
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = (d << 11) | (d >>> 21)
    return result
  }
  return {
    next: () => word() / 2 ** 32,
    bytes: length => Uint8Array.from({ length }, () => word() >>> 24)
  }
}

/** The seed of this run, from ANILLO_SEED or new, printed so that the run can be had again. */
export function chooseSeed(): string {
  const seed = process.env.ANILLO_SEED ?? `${Math.floor(Math.random() * 2 ** 32)}`
  process.stdout.write(`# ANILLO_SEED=${seed}\n`)
  return seed
}
