/** How things look on a terminal: tables, numbers, durations, short ids. */
import { stripVTControlCharacters } from 'node:util'

/** Hex digits of a position or ring id that a person compares; everything is printed in full as JSON. */
const SHORT_HEX_LENGTH = 8
const SHORT_PEER_TAIL = 4
const SHORT_PEER_HEAD = 10

export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
  /** Characters at least, its title apart. @default 0 */
  readonly width?: number
  /** Spaces before the next column. @default 3 */
  readonly gap?: number
}

/** Lines of a table, header first; columns as wide as their widest cell. Cells may carry colours. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const widths = columns.map((column, index) =>
    rows.reduce(
      (width, row) => Math.max(width, visibleLength(row[index] ?? '')),
      Math.max(visibleLength(column.title), column.width ?? 0)
    )
  )
  const render = (cells: readonly string[]) =>
    columns
      .map((column, index) => {
        const cell = cells[index] ?? ''
        const space = ' '.repeat(widths[index]! - visibleLength(cell))
        return (column.align === 'right' ? space + cell : cell + space) + ' '.repeat(column.gap ?? 3)
      })
      .join('')
      .trimEnd()
  return [render(columns.map(column => column.title)), ...rows.map(render)]
}

export function visibleLength(text: string): number {
  return [...stripVTControlCharacters(text)].length
}

/** Text that somebody else chose, without what would steer the terminal. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out
  return text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, '\ufffd')
}

/** `…f3Ka`: the end of a peer id, since all begin alike. */
export function shortPeer(peer: string): string {
  return `…${peer.slice(-SHORT_PEER_TAIL)}`
}

/** `12D3KooWQ7…f3Ka` */
export function mediumPeer(peer: string): string {
  return `${peer.slice(0, SHORT_PEER_HEAD)}${shortPeer(peer)}`
}

/** The first digits of a ring id, position or key. */
export function shortHex(hex: string): string {
  return hex.slice(0, SHORT_HEX_LENGTH)
}

/** 12,480 */
export function thousands(count: number): string {
  return count.toLocaleString('en-US')
}

/** `1 peer`, `5 peers` */
export function counted(count: number, singular: string, plural = `${singular}s`): string {
  return `${thousands(count)} ${count === 1 ? singular : plural}`
}

/** 312 B, 4.2 kB, 1.3 MB */
export function byteSize(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`
  if (bytes < 1_000_000) return `${(bytes / 1_000).toFixed(1)} kB`
  return `${(bytes / 1_000_000).toFixed(1)} MB`
}

/** 0.198 → 19.8% */
export function percent(part: number): string {
  return `${(part * 100).toFixed(1)}%`
}

/** 0.4 ms, 312 ms, 2.1 s, 3 min 5 s */
export function duration(ms: number): string {
  if (ms < 10) return `${ms.toFixed(1)} ms`
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`
  return `${Math.floor(ms / 60_000)} min ${Math.floor((ms % 60_000) / 1_000)} s`
}
