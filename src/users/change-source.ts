/**
 * The changes of the slots that this peer holds, for whoever follows them: answered as soon as there is one, or after a
 * while without. Only committed entries are told, in their order, by any member: a replica that is behind has fewer of
 * them, never others.
 */
import { PAGE_BYTES_MAX } from '../constants.ts'
import type { EntryId } from '../replica/entry.ts'
import type { CommittedEntries } from '../replica/slot-machine.ts'
import type { Slot } from '../ring/slot.ts'
import { type Clock, deadlineAfter } from '../runtime.ts'
import { type Change, changeOf } from './change.ts'

export interface FollowedSlot {
  readonly slot: Slot
  /** The last entry that is known; undefined: tell where the slot is now. */
  readonly after: EntryId | undefined
}

/** What there is of a slot. */
export type SlotChanges =
  | {
      readonly kind: 'changes'
      readonly slot: Slot
      readonly at: EntryId
      readonly changes: readonly Change[]
    }
  /** The log does not go back so far, or has another past. */
  | { readonly kind: 'lost'; readonly slot: Slot }
  /** This peer is no member. */
  | { readonly kind: 'elsewhere'; readonly slot: Slot }

export interface ChangeSourceInit {
  readonly slots: {
    committedAfter(slot: Slot, after: EntryId | undefined, bytesMax: number): CommittedEntries | undefined
    /** `listener` is called when something of these slots may have changed. */
    subscribe(listener: (slots: ReadonlySet<Slot>) => void): () => void
  }
  readonly clock: Clock
  /** Aborts when this peer stops. */
  readonly stopping: AbortSignal
}

export class ChangeSource {
  readonly #init: ChangeSourceInit

  constructor(init: ChangeSourceInit) {
    this.#init = init
  }

  /**
   * Slots of which there is something to tell; empty after `waitMs` without, and as soon as `gone` aborts: then nobody
   * waits for it any more.
   * @throws StoreDamagedError, StorageError the log of a slot cannot be read
   */
  async after(followed: readonly FollowedSlot[], waitMs: number, gone?: AbortSignal): Promise<SlotChanges[]> {
    const { slots, clock, stopping } = this.#init
    const found = this.#look(followed)
    if (found.length > 0) return found
    using deadline = deadlineAfter(clock, waitMs, stopping)
    const { signal } = deadline
    return await new Promise((resolve, reject) => {
      const end = () => {
        unsubscribe()
        signal.removeEventListener('abort', onAbort)
        gone?.removeEventListener('abort', onAbort)
      }
      const onAbort = () => {
        end()
        resolve([])
      }
      const unsubscribe = slots.subscribe(touched => {
        try {
          const some = followed.filter(({ slot }) => touched.has(slot))
          const changes = some.length === 0 ? [] : this.#look(some)
          if (changes.length === 0) return
          end()
          resolve(changes)
        } catch (error) {
          end()
          reject(error)
          throw error // what cannot be read is the concern of whoever has the slots, too
        }
      })
      signal.addEventListener('abort', onAbort)
      gone?.addEventListener('abort', onAbort)
      if (signal.aborted || gone?.aborted) onAbort()
    })
  }

  #look(followed: readonly FollowedSlot[]): SlotChanges[] {
    const found: SlotChanges[] = []
    let bytes = PAGE_BYTES_MAX
    for (const { slot, after } of followed) {
      if (bytes <= 0) break
      const committed = this.#init.slots.committedAfter(slot, after, bytes)
      if (committed === undefined) found.push({ kind: 'elsewhere', slot })
      else if (committed.kind === 'lost') found.push({ kind: 'lost', slot })
      else if (after === undefined || committed.entries.length > 0) {
        for (const { payload } of committed.entries) bytes -= payload.byteLength
        const changes = committed.entries.flatMap(entry => changeOf(slot, entry) ?? [])
        found.push({ kind: 'changes', slot, at: committed.at, changes })
      }
    }
    return found
  }
}
