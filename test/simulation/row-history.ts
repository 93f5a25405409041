/** How every row of a slot was after each committed entry. */

import type { Entry } from '../../src/replica/entry.ts'
import { keyOf, positionToBytes } from '../../src/ring/position.ts'
import type { Slot } from '../../src/ring/slot.ts'
import { rowKey } from '../../src/storage/keys.ts'
import { usersMachine } from '../../src/users/operation.ts'
import { isLiveRow, UserRow } from '../../src/users/row.ts'
import { textOf } from './durable-replica.ts'

interface RowAfter {
  readonly sequence: number
  readonly row: Uint8Array | null
}

export class RowHistory {
  readonly #slot: Slot
  /** By row key, as text. */
  readonly #rows = new Map<string, RowAfter[]>()

  constructor(slot: Slot) {
    this.#slot = slot
  }

  /** The last row of `key`. */
  newest(key: string): Uint8Array | undefined {
    return this.#rows.get(key)?.at(-1)?.row ?? undefined
  }

  /** All rows as the last committed entry leaves them. */
  *present(): Iterable<Uint8Array> {
    for (const rows of this.#rows.values()) {
      const { row } = rows.at(-1)!
      if (row !== null) yield row
    }
  }

  add(key: string, sequence: number, row: Uint8Array | null): void {
    const rows = this.#rows.get(key)
    if (rows === undefined) this.#rows.set(key, [{ sequence, row }])
    else rows.push({ sequence, row })
  }

  /** As the committed entries up to `sequence` leave it. */
  at(key: string, sequence: number): Uint8Array | undefined {
    return this.#rows.get(key)?.findLast(after => after.sequence <= sequence)?.row ?? undefined
  }

  /**
   * The first moment from `from` on, as a number of committed entries, at which user `id` was as one that saw `version`
   * saw it; `version` undefined: there was none. Undefined: never since.
   */
  firstShowing(id: string, version: string | undefined, from: number): number | undefined {
    const key = textOf(rowKey(this.#slot, positionToBytes(keyOf(id)), id))
    if (versionOf(this.at(key, from)) === version) return from
    const later = this.#rows
      .get(key)
      ?.find(({ sequence, row }) => sequence > from && versionOf(row) === version)
    return later?.sequence
  }
}

/** What an entry makes of its row; null: there is none any more. */
export function rowAfter(
  before: Uint8Array | undefined,
  { epoch, sequence, timeMs, payload }: Entry
): Uint8Array | null {
  if (payload.byteLength > 0)
    return usersMachine.apply(before, payload, { version: `${epoch}.${sequence}`, logTimeMs: timeMs })
  if (before === undefined) return null
  const isForgotten = !isLiveRow(before) && new UserRow(before).dueMs! <= timeMs
  return isForgotten ? null : before
}

function versionOf(row: Uint8Array | null | undefined): string | undefined {
  return row === null || row === undefined ? undefined : new UserRow(row).user?.version
}
