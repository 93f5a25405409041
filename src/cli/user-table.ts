/** Users as a table. */
import type { User } from '../users/user.ts'
import { printable, table, visibleLength } from './render.ts'

const COLUMNS = [
  { title: 'ID' },
  { title: 'STATUS' },
  { title: 'VERSION' },
  { title: 'UPDATED' },
  { title: 'PROFILE' }
] as const

export function renderUsers(users: readonly User[]): string[] {
  return table(COLUMNS, users.map(rowOf))
}

function rowOf({ id, status, version, updatedAt, profile }: User): string[] {
  const shown = Object.keys(profile).length === 0 ? '-' : printable(JSON.stringify(profile))
  return [printable(id), status, version, updatedAt, shown]
}

/** Characters of a profile in a long list; it is whole as JSON. */
const PROFILE_SHOWN = 60

/** A table that comes in parts: its header once, and columns that only get wider. */
export class UserTable {
  #widths: readonly number[] = COLUMNS.map(() => 0)
  #begun = false

  lines(users: readonly User[]): string[] {
    const rows = users.map(rowOf).map(row => [...row.slice(0, -1), shortened(row.at(-1)!)])
    this.#widths = this.#widths.map((width, index) =>
      rows.reduce((widest, row) => Math.max(widest, visibleLength(row[index]!)), width)
    )
    const columns = COLUMNS.map((column, index) => ({ ...column, width: this.#widths[index]! }))
    const lines = table(columns, rows).slice(this.#begun ? 1 : 0)
    this.#begun = true
    return lines
  }
}

function shortened(text: string): string {
  const characters = [...text]
  return characters.length <= PROFILE_SHOWN ? text : `${characters.slice(0, PROFILE_SHOWN - 1).join('')}…`
}
