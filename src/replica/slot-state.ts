/** What a peer keeps on disk about a slot, besides its rows. Never deleted: it is what keeps an old view from coming back. */
import { fromString } from 'uint8arrays/from-string'
import { toString as bytesToString } from 'uint8arrays/to-string'
import { StorageError } from '../errors.ts'
import { asSlot, type Slot } from '../ring/slot.ts'
import { slotSequenceKey, slotStateKey } from '../storage/keys.ts'
import type { Store, Write } from '../storage/store.ts'
import type { View } from './view.ts'

export interface SlotState {
  /** The highest epoch known to be decided. A view below it is refused for ever. */
  readonly floor: number
  /** The view in which this peer answers; null when it does not hold the slot. */
  readonly view: View | null
  /** The view that followed the one this peer had. */
  readonly next: View | null
  /** `next` has not been acknowledged by its member yet: keep the rows, keep telling it. The digest of the rows. */
  readonly handOff: string | null
  /** Rows taken in for a view that is not installed yet. */
  readonly staged: { readonly epoch: number; readonly digest: string } | null
}

export const UNKNOWN_SLOT: SlotState = { floor: 0, view: null, next: null, handOff: null, staged: null }

export function stateWrite(slot: Slot, state: SlotState): Write {
  return { key: slotStateKey(slot), value: fromString(JSON.stringify(state)) }
}

export function readState(store: Store, slot: Slot, slots: number): SlotState {
  const bytes = store.get(slotStateKey(slot))
  if (bytes === undefined) return UNKNOWN_SLOT
  try {
    const state: SlotState = JSON.parse(bytesToString(bytes))
    for (const view of [state.view, state.next]) if (view !== null) asSlot(view.slot, slots)
    return state
  } catch (cause) {
    throw new StorageError(
      `The state of slot ${slot} on disk is damaged: restore the data directory or start it empty`,
      { cause }
    )
  }
}

/** A slot's sequence belongs to an epoch, and starts at 0 with each. */
export interface Sequence {
  readonly epoch: number
  readonly number: number
}

const SEQUENCE_BYTES = 16

export function sequenceWrite(slot: Slot, { epoch, number }: Sequence): Write {
  const value = new Uint8Array(SEQUENCE_BYTES)
  const view = new DataView(value.buffer)
  view.setBigUint64(0, BigInt(epoch))
  view.setBigUint64(8, BigInt(number))
  return { key: slotSequenceKey(slot), value }
}

/** The last number given out in `epoch`. */
export function readSequence(store: Store, slot: Slot, epoch: number): number {
  const value = store.get(slotSequenceKey(slot))
  if (value === undefined) return 0
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength)
  return Number(view.getBigUint64(0)) === epoch ? Number(view.getBigUint64(8)) : 0
}
