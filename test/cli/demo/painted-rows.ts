/** What a person sees on a terminal after all that was written to it: the few escape sequences that a prompt is made of. */

const ESCAPE = '\u001b'
/** After the escape: how many, and what. */
const SEQUENCE = /^\[([0-9]*)(?:;[0-9]*)?([A-Z])/
const SEQUENCE_LENGTH_MAX = 16

export function paintedRows(written: string): string[] {
  const rows: string[][] = [[]]
  let row = 0
  let column = 0
  const rowAt = () => {
    while (rows.length <= row) rows.push([])
    return rows[row]!
  }
  const steer = (count: number, code: string) => {
    if (code === 'A') row = Math.max(0, row - count)
    if (code === 'B') row += count
    if (code === 'C') column += count
    if (code === 'D') column = Math.max(0, column - count)
    if (code === 'G') column = count - 1
    if (code === 'K' || code === 'J') rowAt().length = Math.min(column, rowAt().length)
    if (code === 'J') rows.length = row + 1
  }
  for (let at = 0; at < written.length; ) {
    const after = written.slice(at + 1, at + SEQUENCE_LENGTH_MAX)
    const sequence = written[at] === ESCAPE ? SEQUENCE.exec(after) : null
    if (sequence !== null) {
      steer(Number(sequence[1] || 1), sequence[2]!)
      at += 1 + sequence[0].length
      continue
    }
    const character = written[at++]!
    if (character === '\n') row++
    else if (character === '\r') column = 0
    else {
      const cells = rowAt()
      while (cells.length < column) cells.push(' ')
      cells[column++] = character
    }
    rowAt()
  }
  return rows.map(cells => cells.join('').trimEnd())
}
