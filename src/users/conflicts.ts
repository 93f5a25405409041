/**
 * Users that a peer gives up because an operator went on with their slot from the copy of another one: as an export has
 * them, for people to compare with what there is now.
 */
import type { Salvage } from '../replica/salvage.ts'
import type { Row } from '../replica/slot-machine.ts'
import type { Log } from '../runtime.ts'
import { UserRow } from './row.ts'

/** Keeps lines under a name of which there may be some already; tells where, or undefined where there was no line. */
export type SaveConflicts = (name: string, lines: Iterable<string>) => Promise<string | undefined>

export function conflictSalvage(save: SaveConflicts, log: Log): Salvage {
  return async (slot, lineage, rows) => {
    const file = await save(`slot-${slot}-lineage-${lineage}`, linesOf(rows))
    if (file === undefined) return
    log.warn('users of a slot that was recovered from another peer were given up here; they are saved', {
      slot,
      file
    })
  }
}

function* linesOf(rows: Iterable<Row>): Iterable<string> {
  for (const [, row] of rows) {
    const { user } = new UserRow(row)
    if (user !== undefined) yield JSON.stringify(user)
  }
}
