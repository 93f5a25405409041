/** Random numbers that one number decides, so that a run can be had again. Nothing secret may be made of them. */

export interface Draws {
  /** Uniform in [0, 1). */
  next(): number
}

/** Seeds are 32 bits. */
export const SEED_MAX = 2 ** 32 - 1

/** Mulberry32: all 2^32 states in one cycle, and no more than a few operations on a path that is timed. */
export function seededRandom(seed: number): Draws {
  let state = seed >>> 0
  return {
    next() {
      state = (state + 0x6d2b79f5) >>> 0
      let word = Math.imul(state ^ (state >>> 15), state | 1)
      word ^= word + Math.imul(word ^ (word >>> 7), word | 61)
      return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32
    }
  }
}
