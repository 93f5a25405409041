/**
 * The demo's background load: a few dozen operations a second on users of its own, through the gateways of all peers that
 * are up, so that something is lost if something can be. What it was told is in the ledger, how long it had to wait in
 * the takeover meter.
 */
import { setMaxListeners } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { type Client, createClient } from '../../client.ts'
import { type AnilloError, errorName } from '../../errors.ts'
import { pick, type Random } from '../../runtime.ts'
import type { User } from '../../users/user.ts'
import { Ledger } from './ledger.ts'
import { PersistentWrite } from './persistent-write.ts'
import type { LoadInfo } from './state.ts'
import { Takeover } from './takeover.ts'

/** Nearly as many slots, and enough that every one of a few peers leads some of them. */
const USERS = 32
/** Of each user: 32 writes a second all together. */
const WRITE_EVERY_MS = 1_000
/** 20 reads a second all together. */
const READERS = 4
const READ_EVERY_MS = 200
/** A read through a peer that is cut off ends in nothing; the reader has others to ask. */
const READ_TIMEOUT_MS = 2_000
/** While nobody can be asked. */
const NOBODY_PAUSE_MS = 100
/** Longer than a gateway gives an operation, so that it is the gateway that ends it. */
const TRY_TIMEOUT_MS = 12_000

export interface Gateway {
  readonly number: number
  readonly url: string
}

export interface LoadOptions {
  /** Of the peers that run. */
  readonly gateways: () => readonly Gateway[]
  readonly random: Random
  /** Each wrong answer, as a line for a person; the first ones only. */
  readonly onWrong: (what: string) => void
}

/** Of an idempotency key, and of what tells the writes of one demo from those of another. */
const KEY_BYTES = 16
const RUN_BYTES = 8
/** Of wrong answers that are told one by one; all are counted. */
const WRONG_TOLD_MAX = 10

export class Load {
  readonly #options: LoadOptions
  readonly #ledger: Ledger
  readonly #takeover = new Takeover()
  readonly #clients = new Map<string, Client>()
  /** By user: the version of the last acknowledged write, and who answered. */
  readonly #last = new Map<string, { readonly version: string; readonly gateway: number }>()
  /** Ends the rest of every writer between two writes. */
  #rest = new AbortController()
  #running: { readonly stop: AbortController; readonly ended: Promise<unknown> } | undefined

  constructor(options: LoadOptions) {
    this.#options = options
    this.#ledger = new Ledger(randomHex(options.random, RUN_BYTES))
  }

  get info(): LoadInfo {
    const { acknowledged, lost, wrong } = this.#ledger
    const takeoverMs = this.#takeover.lastMs(performance.now())
    const lastTakeoverMs = takeoverMs === undefined ? null : Math.ceil(takeoverMs)
    return { load: this.#running !== undefined, acknowledged, lost, wrong, lastTakeoverMs }
  }

  start(): void {
    if (this.#running !== undefined) return
    const stop = new AbortController()
    setMaxListeners(0, stop.signal) // each loop and each of its waits listens
    const ids = Array.from({ length: USERS }, (_, index) => `load-${index + 1}`)
    const loops = [
      ...ids.map(id => () => this.#writeOnce(id, stop.signal)),
      ...Array.from({ length: READERS }, () => () => this.#readOnce(ids, stop.signal))
    ]
    const ended = Promise.all(loops.map(step => untilStopped(step, stop.signal)))
    this.#running = { stop, ended }
  }

  /** Resolves when nothing of it is under way any more. */
  async stop(): Promise<void> {
    const running = this.#running
    this.#running = undefined
    running?.stop.abort(new Error('the load is off'))
    await running?.ended
  }

  /** Something was broken just now: what could be written before may wait. */
  faulted(): void {
    if (this.#running === undefined) return
    this.#takeover.fault(performance.now())
    this.#rest.abort()
    this.#rest = new AbortController()
  }

  async #writeOnce(id: string, signal: AbortSignal): Promise<void> {
    const { gateways, random } = this.#options
    const number = this.#ledger.begin(id)
    const input = this.#ledger.inputOf(number)
    const ifVersion = this.#last.get(id)?.version
    const write = new PersistentWrite({
      gateways,
      first: Math.floor(random.next() * USERS),
      idempotencyKey: randomHex(random, KEY_BYTES),
      send: (gateway, how) => this.#client(gateway).set(id, input, { ...how, ifVersion }),
      signal
    })
    this.#takeover.begin(id, performance.now())
    try {
      const { answer, gateway } = await write.answer
      this.#takeover.acknowledge(id, performance.now())
      this.#ledger.acknowledge(id, number)
      this.#last.set(id, { version: answer.version, gateway: gateway.number })
    } catch (error) {
      this.#takeover.abandon(id)
      signal.throwIfAborted()
      this.#refused(id, error as AnilloError)
    }
    const rest = AbortSignal.any([signal, this.#rest.signal])
    await pause(WRITE_EVERY_MS, undefined, { signal: rest }).catch(() => {})
  }

  /** The next write goes on from what there is, or whatever there is where nobody says. */
  #refused(id: string, error: AnilloError): void {
    this.#last.delete(id)
    if (errorName(error) === 'ConflictError') this.#ledger.refused(id, (error.current ?? undefined) as User)
  }

  async #readOnce(ids: readonly string[], signal: AbortSignal): Promise<void> {
    const { gateways, random, onWrong } = this.#options
    const id = pick(random, ids)!
    const all = gateways()
    // Whoever acknowledged the write has no need to ask around for it.
    const others = all.filter(({ number }) => number !== this.#last.get(id)?.gateway)
    const gateway = pick(random, others.length > 0 ? others : all)
    if (gateway === undefined) {
      await pause(NOBODY_PAUSE_MS, undefined, { signal })
      return
    }
    const floor = this.#ledger.floor(id)
    const limit = AbortSignal.any([signal, AbortSignal.timeout(READ_TIMEOUT_MS)])
    try {
      const found = await this.#client(gateway).get(id, { signal: limit })
      if (this.#ledger.read(id, floor, found) === 'wrong' && this.#ledger.wrong <= WRONG_TOLD_MAX) {
        const shown = found === undefined ? 'nothing' : JSON.stringify(found.profile)
        onWrong(`peer ${gateway.number} shows ${shown} for ${id}; write ${floor} was acknowledged before`)
      }
    } catch {
      // No answer is no wrong one: the writers measure who can be reached.
    }
    await pause(READ_EVERY_MS, undefined, { signal })
  }

  #client({ url }: Gateway): Client {
    const client = this.#clients.get(url) ?? createClient({ url, timeoutMs: TRY_TIMEOUT_MS })
    this.#clients.set(url, client)
    return client
  }
}

function randomHex(random: Random, bytes: number): string {
  return Buffer.from(random.bytes(bytes)).toString('hex')
}

/** A step that fails other than by being stopped is a defect, and is not hidden. */
async function untilStopped(step: () => Promise<void>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await step()
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }
}
