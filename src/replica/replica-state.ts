/** What a replica keeps on disk besides log and rows: the views it knows and what it has promised. Never deleted. */
import { fromString } from 'uint8arrays/from-string'
import { toString as bytesToString } from 'uint8arrays/to-string'
import { StorageError } from '../errors.ts'
import { asSlot, type Slot } from '../ring/slot.ts'
import { slotStateKey } from '../storage/keys.ts'
import type { Store, Write } from '../storage/store.ts'
import type { Ballot } from './ballot.ts'
import type { Member, View } from './view.ts'

export interface ReplicaState {
  /** The highest epoch known to be decided. Whatever is below it is refused for ever, also when all data is gone. */
  readonly floor: number
  /** The view in which this replica may vote; null when it is a member of none that it knows. */
  readonly view: View | null
  /** A newer view that is known to be decided and not installed here: where the slot went, as far as known. */
  readonly next: View | null
  /** The highest ballot promised for the view after `view`. Not null: the epoch of `view` is sealed here, for ever. */
  readonly promised: Ballot | null
  readonly accepted: { readonly ballot: Ballot; readonly view: View } | null
  /** A majority of `next` has not said yet that it has the slot: keep the data, keep telling them. */
  readonly handOff: boolean
  /** A view with this peer that its `synced` may have decided, and who would know; over when the floor has come there. */
  readonly pledge: { readonly instance: number; readonly witnesses: readonly Member[] } | null
  /** Log and rows are being deleted; until that is done the slot may not begin anew here. */
  readonly clearing: boolean
  /** The lineage of what is being deleted, where it is given up for another one: it is saved first. */
  readonly abandoned: number | null
}

export const UNKNOWN_SLOT: ReplicaState = {
  floor: 0,
  view: null,
  next: null,
  promised: null,
  accepted: null,
  handOff: false,
  pledge: null,
  clearing: false,
  abandoned: null
}

export function stateWrite(slot: Slot, state: ReplicaState): Write {
  return { key: slotStateKey(slot), value: fromString(JSON.stringify(state)) }
}

/** The state of a replica that begins with a view which needs no data: of a new ring, or after a recovery. */
export function genesisWrite(view: View): Write {
  return stateWrite(view.slot, { ...UNKNOWN_SLOT, floor: view.epoch, view })
}

export function readState(store: Store, slot: Slot, slots: number): ReplicaState {
  const bytes = store.get(slotStateKey(slot))
  if (bytes === undefined) return UNKNOWN_SLOT
  try {
    const state: ReplicaState = JSON.parse(bytesToString(bytes))
    for (const view of [state.view, state.next]) if (view !== null) asSlot(view.slot, slots)
    return state
  } catch (cause) {
    throw new StorageError(
      `The state of slot ${slot} on disk is damaged: restore the data directory or start it empty`,
      { cause }
    )
  }
}
