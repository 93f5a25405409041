/**
 * The users that a bench works on, `<prefix>0` and so on, through the HTTP client as any program would: its retries are part of
 * what is measured. Each gateway has a client that asks it first; these take turns.
 */
import { type Client, createClient } from '../client.ts'
import { type AnilloError, ConfigurationError, errorName, NotFoundError } from '../errors.ts'
import { parallel } from '../runtime.ts'
import { checkUserId, type Status, type UserInput } from '../users/user.ts'
import type { Operation } from './bench-mix.ts'

export interface BenchUsersOptions {
  /** At least one. */
  readonly urls: readonly string[]
  readonly token: string | undefined
  readonly count: number
  readonly prefix: string
  readonly profileBytes: number
  /** Of the lease that each of them has. @default none */
  readonly ttlMs: number | undefined
  /** Calls under way at once while they are made and deleted. */
  readonly concurrency: number
  /** Ends every call. */
  readonly abandon: AbortSignal
}

/** By its one member a profile is known to be of a bench. */
const PROFILE_EMPTY = '{"bench":""}'
export const PROFILE_BYTES_MIN = PROFILE_EMPTY.length
/** Those that may have a lease. */
const STATUSES_WRITTEN: readonly Status[] = ['ONLINE', 'AWAY', 'BUSY']

export class BenchUsers {
  readonly #options: BenchUsersOptions
  readonly #clients: readonly Client[]
  readonly #profile: { readonly bench: string }
  /** Which of them are this bench's to delete. */
  readonly #made: Uint8Array
  #turn = 0
  #written = 0
  #calls = 0
  #requests = 0

  /** @throws InvalidUserError the prefix gives no user ids, ConfigurationError a URL is none */
  constructor(options: BenchUsersOptions) {
    const { urls, token, count, prefix, profileBytes } = options
    checkUserId(`${prefix}${count - 1}`)
    this.#options = options
    this.#profile = { bench: 'x'.repeat(profileBytes - PROFILE_BYTES_MIN) }
    this.#made = new Uint8Array(count)
    const fetch = (request: Request) => {
      this.#requests++
      return globalThis.fetch(request)
    }
    this.#clients = urls.map((_, first) =>
      createClient({ url: [...urls.slice(first), ...urls.slice(0, first)], token, fetch })
    )
  }

  /** Requests beyond the first of a call, so far. */
  get retries(): number {
    return this.#requests - this.#calls
  }

  /**
   * Makes all of them, unless `stop` comes first. @throws ConfigurationError one is there that is not of a bench; nothing of it is
   * changed
   */
  async make(stop: AbortSignal, onMade: (made: number) => void): Promise<void> {
    const { count } = this.#options
    let made = 0
    await this.#each(Array(count).keys(), stop, async user => {
      await this.#makeOne(user)
      this.#made[user] = 1
      onMade(++made)
    })
  }

  /** Deletes those that were made, unless `stop` comes first. */
  async delete(stop: AbortSignal, onDeleted: (deleted: number) => void): Promise<number> {
    let deleted = 0
    await this.#each(this.#made.keys(), stop, async user => {
      if (this.#made[user] === 0) return
      await this.#client().delete(this.#id(user), { signal: this.#options.abandon })
      this.#made[user] = 0
      onDeleted(++deleted)
    })
    return deleted
  }

  /** @throws NotFoundError the user is gone; what the client throws */
  async operate(operation: Operation, user: number): Promise<'done' | 'conflict'> {
    const id = this.#id(user)
    const signal = this.#options.abandon
    switch (operation) {
      case 'read':
        if ((await this.#client().get(id, { signal })) === undefined) throw gone(id)
        return 'done'
      case 'stale': // a replica may not have the user yet
        await this.#client().get(id, { consistency: 'stale', signal })
        return 'done'
      case 'write':
        await this.#client().set(id, this.#input(), { signal })
        return 'done'
      case 'update':
        return this.#update(id)
      case 'heartbeat':
        await this.#client().heartbeat(id, this.#options.ttlMs!, { signal })
        return 'done'
    }
  }

  async #update(id: string): Promise<'done' | 'conflict'> {
    const signal = this.#options.abandon
    const user = await this.#client().get(id, { signal })
    if (user === undefined) throw gone(id)
    try {
      await this.#client().set(id, this.#input(), { ifVersion: user.version, signal })
      return 'done'
    } catch (error) {
      if (errorName(error) === 'ConflictError') return 'conflict'
      throw error
    }
  }

  async #makeOne(user: number): Promise<void> {
    const id = this.#id(user)
    const signal = this.#options.abandon
    try {
      await this.#client().set(id, this.#input(), { ifAbsent: true, signal })
    } catch (error) {
      if (errorName(error) !== 'ConflictError') throw error
      if (!isOfBench((error as AnilloError).current)) {
        throw new ConfigurationError(
          `The user ${JSON.stringify(id)} is there and was not made by a bench, which would overwrite it: choose another --prefix`
        )
      }
      await this.#client().set(id, this.#input(), { signal })
    }
  }

  /** Ends with the first error, when what was begun has ended. */
  async #each(
    users: Iterable<number>,
    stop: AbortSignal,
    work: (user: number) => Promise<void>
  ): Promise<void> {
    let failed = false
    function* whileWanted() {
      for (const user of users) {
        if (failed || stop.aborted) return
        yield user
      }
    }
    await parallel(whileWanted(), this.#options.concurrency, async user => {
      try {
        await work(user)
      } catch (error) {
        failed = true
        throw error
      }
    })
  }

  /** The next one's turn, for one call. */
  #client(): Client {
    this.#calls++
    return this.#clients[this.#turn++ % this.#clients.length]!
  }

  #id(user: number): string {
    return `${this.#options.prefix}${user}`
  }

  #input(): UserInput {
    const status = STATUSES_WRITTEN[this.#written++ % STATUSES_WRITTEN.length]!
    return { status, profile: this.#profile, ttlMs: this.#options.ttlMs }
  }
}

function gone(id: string): NotFoundError {
  return new NotFoundError(`The user ${JSON.stringify(id)} is gone`)
}

function isOfBench(user: unknown): boolean {
  const profile: unknown = (user as { profile?: unknown } | undefined)?.profile
  return Object.keys(profile ?? {}).join() === 'bench'
}
