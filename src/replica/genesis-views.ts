/** The first views of a ring's slots, made once, by the peer that makes the ring. */
import { allSlots } from '../ring/slot.ts'
import { slotsRange } from '../storage/keys.ts'
import type { Store } from '../storage/store.ts'
import { genesisWrite } from './replica-state.ts'
import { clearRange } from './snapshot.ts'
import { genesisView, type Incarnation } from './view.ts'

/**
 * Epoch 1 of every slot, held by the peer that makes the ring. Done before the ring's genesis record is written, so
 * that a ring that exists has views; a joining peer must never do it.
 */
export async function createViews(
  store: Store,
  creator: Incarnation,
  { ringId, slots }: { readonly ringId: string; readonly slots: number }
): Promise<void> {
  await forgetSlots(store)
  await store.write(allSlots(slots).map(slot => genesisWrite(genesisView(slot, creator, ringId))))
}

/** For a store that belongs to no ring: what a creation that was broken off left there counts for nothing. */
export function forgetSlots(store: Store): Promise<void> {
  return clearRange(store, slotsRange)
}
