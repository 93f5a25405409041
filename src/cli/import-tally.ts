/** What came of the lines of an import so far: numbers, and why the first of those failed that did. */
import type { ImportResult } from '../users/many-users.ts'
import { messageOf } from './exit.ts'
import type { FailedLine } from './rejects-file.ts'
import { printable, thousands } from './render.ts'

/** Reasons that a person is shown; one mistake of a whole file would fill the screen. */
const REASONS_SHOWN = 10

export interface ImportSummary {
  readonly lines: number
  readonly created: number
  readonly updated: number
  readonly skipped: number
  readonly failed: number
}

export class ImportTally {
  readonly #numbers = { lines: 0, created: 0, updated: 0, skipped: 0, failed: 0 }
  readonly #reasons: FailedLine[] = []
  #lastLine = 0

  add(result: ImportResult): void {
    this.#numbers.lines++
    this.#numbers[result.result]++
    this.#lastLine = result.line
    if (result.result === 'failed' && this.#reasons.length < REASONS_SHOWN) this.#reasons.push(result)
  }

  get summary(): ImportSummary {
    return { ...this.#numbers }
  }

  /** Users. */
  get written(): number {
    return this.#numbers.created + this.#numbers.updated
  }

  /** Up to this line of the file, all have their results. */
  get lastLine(): number {
    return this.#lastLine
  }

  /** `12 created, 3 updated, 0 skipped, 1 failed` */
  toString(): string {
    return (['created', 'updated', 'skipped', 'failed'] as const)
      .map(name => `${thousands(this.#numbers[name])} ${name}`)
      .join(', ')
  }

  /** Why lines failed: the first ones, and how many more there are. */
  reasons(): string[] {
    const lines = this.#reasons.map(({ line, id, error, detail }) => {
      const user = id === null ? '' : `, user ${JSON.stringify(id)}`
      return printable(`line ${line}${user}: ${error}: ${messageOf(detail)}`)
    })
    const more = this.#numbers.failed - lines.length
    return more === 0 ? lines : [...lines, `and ${thousands(more)} more`]
  }
}
