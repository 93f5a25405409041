/**
 * What the load was told about its writes, against what it is shown afterwards. Pure.
 *
 * Each user of the load has one writer, which numbers its writes from 1 and begins none before the last one has ended.
 * So one number for each user records every acknowledged write, however long the demo runs: the acknowledged writes of a
 * user are all up to there, and whoever reads a smaller number does not see the last of them.
 *
 * - A **wrong answer** is a read that shows less than was acknowledged before the read began.
 * - A write is **lost** when the next one, which is bound to the version of the one before, is refused by the slot's
 *   leader because the user is at an earlier number: nothing can bring those in between back.
 */
import type { User, UserInput } from '../../users/user.ts'

interface Account {
  /** The number of the last write that was begun. */
  begun: number
  /** The number of the last one that was acknowledged. */
  acknowledged: number
}

/** `foreign`: somebody else wrote this user, and nothing can be said. */
export type Judgement = 'right' | 'wrong' | 'foreign'

export class Ledger {
  readonly #run: string
  readonly #accounts = new Map<string, Account>()
  #acknowledged = 0
  #lost = 0
  #wrong = 0

  /** `run`: tells these writes from those of an earlier demo on the same data. */
  constructor(run: string) {
    this.#run = run
  }

  get acknowledged(): number {
    return this.#acknowledged
  }

  get lost(): number {
    return this.#lost
  }

  get wrong(): number {
    return this.#wrong
  }

  /** The number of the next write. */
  begin(id: string): number {
    return ++this.#account(id).begun
  }

  /** What write `number` puts there. */
  inputOf(number: number): UserInput {
    return { status: 'ONLINE', profile: { load: this.#run, number } }
  }

  acknowledge(id: string, number: number): void {
    const account = this.#account(id)
    this.#acknowledged++
    account.acknowledged = Math.max(account.acknowledged, number)
  }

  /** What a read that begins now must show at least. */
  floor(id: string): number {
    return this.#account(id).acknowledged
  }

  /** A read that began at `floor` found this. */
  read(id: string, floor: number, found: User | undefined): Judgement {
    const number = this.#numberIn(found)
    if (number === undefined) return 'foreign'
    // A number that nobody wrote yet would be as wrong as one that is too small.
    if (number >= floor && number <= this.#account(id).begun) return 'right'
    this.#wrong++
    return 'wrong'
  }

  /** A write that was bound to the last acknowledged one was refused: the user is like this instead. */
  refused(id: string, current: User | undefined): void {
    const account = this.#account(id)
    const number = this.#numberIn(current)
    if (number !== undefined) this.#lost += Math.max(0, account.acknowledged - number)
    // What is gone is counted once, and what somebody else wrote is where the writer goes on from.
    account.acknowledged = Math.min(account.acknowledged, number ?? 0)
  }

  #account(id: string): Account {
    const account = this.#accounts.get(id) ?? { begun: 0, acknowledged: 0 }
    this.#accounts.set(id, account)
    return account
  }

  /** 0 for no user, or one of an earlier run; undefined for one that no load has written. */
  #numberIn(user: User | undefined): number | undefined {
    if (user === undefined) return 0
    const { load, number } = user.profile as { load?: unknown; number?: unknown }
    if (typeof load !== 'string' || typeof number !== 'number') return undefined
    return load === this.#run ? number : 0
  }
}
