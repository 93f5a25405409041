/**
 * A slot that this peer holds alone: commands are evaluated one after another in memory, their rows go to disk in
 * shared flushes, and no answer leaves before what it rests on is durable. That holds for reads and for failed
 * conditions too: an answer that showed a row which the disk then lost would be a lie.
 */
import { toString as bytesToString } from 'uint8arrays/to-string'
import { RETRY_AFTER_MS, SEALED_WAIT_MS, SLOT_PENDING_WRITES_MAX } from '../constants.ts'
import { BusyError, OutcomeUnknownError, UnavailableError } from '../errors.ts'
import type { Clock } from '../runtime.ts'
import { rowRange } from '../storage/keys.ts'
import type { Store, Write } from '../storage/store.ts'
import type { Execution, SlotMachine } from './slot-machine.ts'
import { readSequence, sequenceWrite } from './slot-state.ts'
import type { View } from './view.ts'

/** A row that was evaluated and is not durable yet. */
interface PendingRow {
  readonly row: Uint8Array | null
  readonly durable: Promise<void>
}

/** Rows forgotten in one write, so that a sweep never makes the others wait long. */
const SWEEP_ROWS_MAX = 4_096

export class HeldSlot<Command, Outcome> {
  readonly view: View
  readonly #store: Store
  readonly #clock: Clock
  readonly #machine: SlotMachine<Command, Outcome>
  /** By row key as text: what the next command is evaluated upon when the disk does not have it yet. */
  readonly #pending = new Map<string, PendingRow>()
  #sequence: number
  #live = 0
  /** Rows that are kept only for what they remember. */
  readonly #remembered = new Map<string, Uint8Array>()
  #writing = 0
  /** Set while the slot is being handed over; resolves true when it goes on here, false when it has gone. */
  #seal: PromiseWithResolvers<boolean> | undefined
  #idle: (() => void) | undefined

  constructor(view: View, store: Store, clock: Clock, machine: SlotMachine<Command, Outcome>) {
    this.view = view
    this.#store = store
    this.#clock = clock
    this.#machine = machine
    this.#sequence = readSequence(store, view.slot, view.epoch)
    for (const [key, row] of store.range(rowRange(view.slot))) {
      if (machine.isLive(row)) this.#live++
      else this.#remembered.set(bytesToString(key, 'base64'), key)
    }
  }

  /** How many users the slot has. */
  get users(): number {
    return this.#live
  }

  /** `gone` when the slot was handed over while the command waited; nothing was executed then. */
  async execute(command: Command): Promise<Execution<Outcome> | 'gone'> {
    while (this.#seal !== undefined) if (!(await this.#unsealed(this.#seal))) return 'gone'
    const key = this.#machine.keyOf(this.view.slot, command)
    const name = bytesToString(key, 'base64')
    const pending = this.#pending.get(name)
    const before = (pending === undefined ? this.#store.get(key) : pending.row) ?? undefined
    const version = `${this.view.epoch}.${this.#sequence + 1}`
    const { outcome, row } = this.#machine.evaluate(before, command, { version, nowMs: this.#clock.now() })
    if (row !== undefined) await this.#write(key, name, before, row)
    else if (pending !== undefined) await this.#settled(pending, command)
    return { kind: 'done', outcome }
  }

  /**
   * Lets nobody in until `unseal` or `retire`, and resolves when every write under way is durable: from then on
   * the rows on disk are all there is.
   */
  async seal(): Promise<void> {
    this.#seal ??= Promise.withResolvers<boolean>()
    if (this.#writing === 0) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#idle = resolve
    await promise
  }

  /** The slot stays: those who wait go on. */
  unseal(): void {
    this.#seal?.resolve(true)
    this.#seal = undefined
  }

  /** The slot has gone; it stays sealed and those who wait are sent on. */
  retire(): void {
    this.#seal ??= Promise.withResolvers<boolean>()
    this.#seal.resolve(false)
  }

  /** Forgets rows that only remembered what was, once that is long enough ago. */
  async sweep(nowMs: number): Promise<void> {
    if (this.#seal !== undefined) return
    const writes: Write[] = []
    for (const [name, key] of this.#remembered) {
      const row = this.#pending.has(name) ? undefined : this.#store.get(key)
      if (row !== undefined && !this.#machine.isLive(row) && !this.#machine.isForgettable(row, nowMs))
        continue
      this.#remembered.delete(name)
      if (row !== undefined && !this.#machine.isLive(row)) writes.push({ key, value: null })
      if (writes.length === SWEEP_ROWS_MAX) break
    }
    if (writes.length > 0) await this.#track(this.#store.write(writes))
  }

  async #unsealed(seal: PromiseWithResolvers<boolean>): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<'late'>()
    const timer = this.#clock.timer(SEALED_WAIT_MS, () => resolve('late'))
    const ended = await Promise.race([seal.promise, promise])
    timer.cancel()
    if (ended === 'late') {
      throw new UnavailableError(`Slot ${this.view.slot} is being handed over: try again`, {
        retryAfterMs: RETRY_AFTER_MS
      })
    }
    return ended
  }

  async #settled(pending: PendingRow, command: Command): Promise<void> {
    try {
      await pending.durable
    } catch (cause) {
      // What is repeated here may be the very write that the disk failed in.
      if (!this.#machine.isRead(command)) throw diskFailed(cause)
      throw new UnavailableError('The disk failed: this peer is stopping', {
        retryAfterMs: RETRY_AFTER_MS,
        cause
      })
    }
  }

  async #write(
    key: Uint8Array,
    name: string,
    before: Uint8Array | undefined,
    row: Uint8Array | null
  ): Promise<void> {
    if (this.#writing >= SLOT_PENDING_WRITES_MAX) {
      throw new BusyError(`${this.#writing} writes of slot ${this.view.slot} wait for the disk: try again`, {
        retryAfterMs: RETRY_AFTER_MS
      })
    }
    this.#sequence++
    const sequence = sequenceWrite(this.view.slot, { epoch: this.view.epoch, number: this.#sequence })
    const pending = { row, durable: this.#track(this.#store.write([{ key, value: row }, sequence])) }
    this.#pending.set(name, pending)
    this.#count(key, name, before, row)
    try {
      await pending.durable
    } catch (cause) {
      throw diskFailed(cause)
    } finally {
      if (this.#pending.get(name) === pending) this.#pending.delete(name)
    }
  }

  #count(key: Uint8Array, name: string, before: Uint8Array | undefined, row: Uint8Array | null): void {
    const live = row !== null && this.#machine.isLive(row)
    this.#live += Number(live) - Number(before !== undefined && this.#machine.isLive(before))
    if (row !== null && !live) this.#remembered.set(name, key)
  }

  async #track(write: Promise<void>): Promise<void> {
    this.#writing++
    try {
      await write
    } finally {
      this.#writing--
      if (this.#writing === 0) {
        this.#idle?.()
        this.#idle = undefined
      }
    }
  }
}

function diskFailed(cause: unknown): OutcomeUnknownError {
  return new OutcomeUnknownError('The disk failed while the change was written', { cause })
}
