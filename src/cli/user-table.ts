/** Users as a table. */
import type { User } from '../users/user.ts'
import { printable, table } from './render.ts'

const COLUMNS = [
  { title: 'ID' },
  { title: 'STATUS' },
  { title: 'VERSION' },
  { title: 'UPDATED' },
  { title: 'PROFILE' }
] as const

export function renderUsers(users: readonly User[]): string[] {
  const rows = users.map(({ id, status, version, updatedAt, profile }) => [
    printable(id),
    status,
    version,
    updatedAt,
    Object.keys(profile).length === 0 ? '-' : printable(JSON.stringify(profile))
  ])
  return table(COLUMNS, rows)
}
