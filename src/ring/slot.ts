/**
 * The ring cut into S equal slices, S a power of two fixed when the ring is made. A slot, not a key, is what is
 * held, handed over and repaired; it is the top log2(S) bits of a position.
 */
import { advance, POSITION_BITS, type Position } from './position.ts'

declare const slot: unique symbol
/** 0 ≤ slot < S. */
export type Slot = number & { readonly [slot]: true }

/** Enough for a thousand peers; a slot number is written as 16 bits on disk. */
export const SLOTS_MAX = 1 << 14

export function isSlotCount(slots: number): boolean {
  return Number.isInteger(slots) && slots >= 1 && slots <= SLOTS_MAX && (slots & (slots - 1)) === 0
}

/** `number` as a slot of a ring with `slots` slots. @throws RangeError when there is no such slot */
export function asSlot(number: number, slots: number): Slot {
  if (!Number.isInteger(number) || number < 0 || number >= slots) {
    throw new RangeError(`There is no slot ${number} in a ring of ${slots}`)
  }
  return number as Slot
}

export function allSlots(slots: number): Slot[] {
  return Array.from({ length: slots }, (_, number) => number as Slot)
}

export function slotOf(key: Position, slots: number): Slot {
  return Number(key >> BigInt(POSITION_BITS - Math.log2(slots))) as Slot
}

/** The first position of a slot; whoever succeeds it owns the slot. */
export function slotStart(slot: Slot, slots: number): Position {
  return advance(0n as Position, BigInt(slot) << BigInt(POSITION_BITS - Math.log2(slots)))
}
