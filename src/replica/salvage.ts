/**
 * What a replica has of a lineage that an operator gave up for another one. Nobody goes on with it, so it is saved
 * before it is deleted: for people, who may find in it what was acknowledged and is lost.
 */
import type { Slot } from '../ring/slot.ts'
import type { Ledger } from './ledger.ts'
import type { Row } from './slot-machine.ts'
import { textOf } from './table.ts'

/** Resolves when the rows are safe: they are deleted then. They are read as they are taken. */
export type Salvage = (slot: Slot, lineage: number, rows: Iterable<Row>) => Promise<void>

/** All of its log is taken for committed: what of it was acknowledged nobody can tell any more. */
export function* salvagedRows({
  log,
  table,
  commit
}: Pick<Ledger, 'log' | 'table' | 'commit'>): Iterable<Row> {
  const later = new Map<string, { readonly key: Uint8Array; readonly row: Uint8Array | null }>()
  if (commit < log.last.sequence) {
    for (const entry of log.after(commit, Number.POSITIVE_INFINITY)) {
      const { key } = entry
      const known = later.get(textOf(key))
      const row = table.after(known === undefined ? table.get(key) : (known.row ?? undefined), entry)
      later.set(textOf(key), { key, row })
    }
  }
  for (const [key, row] of table.rows() ?? []) if (!later.has(textOf(key))) yield [key, row]
  for (const { key, row } of later.values()) if (row !== null) yield [key, row]
}
