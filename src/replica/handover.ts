/**
 * How a slot changes hands while each slot has one holder:
 *
 * 1. seal: the holder lets nobody in and waits until all it ever answered is durable;
 * 2. transfer: offer, rows, end record; the receiver answers when the rows are durable there;
 * 3. give up: the holder makes the next view durable, from now on it answers with it (the point of no return);
 * 4. install: the receiver makes the view durable and begins to answer; the holder repeats this until it is
 *    acknowledged, over restarts too, and only then drops its rows.
 *
 * Anything that fails before 3 leaves the slot where it was; after 3 it can only go forward.
 */
import type { Peer } from '../chord/ring-node.ts'
import {
  HANDOVER_TIMEOUT_MS,
  HANDOVERS_INBOUND_MAX,
  MAINTENANCE_TIMEOUT_MS,
  RETRY_AFTER_MS
} from '../constants.ts'
import { errorName, TransferError } from '../errors.ts'
import type { Events } from '../events.ts'
import type { Slot } from '../ring/slot.ts'
import type { Runtime } from '../runtime.ts'
import type { Store } from '../storage/store.ts'
import type { ReplicaRpc, TransferRecord, TransferVerdict } from './replica-rpc.ts'
import type { SlotTable } from './slot-table.ts'
import { type SentRows, stageRows, transferRecords } from './transfer.ts'
import { type Member, singleMemberView, type View } from './view.ts'

export interface HandoverInit {
  readonly self: Member
  readonly table: SlotTable<never, unknown>
  readonly store: Store
  readonly rpc: ReplicaRpc
  readonly runtime: Runtime
  readonly events: Events
}

export class Handover {
  readonly #init: HandoverInit
  readonly #moving = new Set<Slot>()
  #receiving = 0
  /** When rows were last accepted here, or this peer started: a holder that gave them up installs them soon after. */
  #acceptedMs: number
  #closed = false

  constructor(init: HandoverInit) {
    this.#init = init
    this.#acceptedMs = init.runtime.clock.monotonic()
  }

  /** No slot is taken in any more: this peer is leaving, or stopping. */
  close(): void {
    this.#closed = true
  }

  /** Slots are taken in again. */
  reopen(): void {
    this.#closed = false
  }

  get closed(): boolean {
    return this.#closed
  }

  /** Slots that are being taken in, or were so lately that their former holder may have given them up to this peer. */
  get arriving(): number {
    const { table, runtime } = this.#init
    const expected = runtime.clock.monotonic() - this.#acceptedMs < HANDOVER_TIMEOUT_MS
    return this.#receiving + (expected ? table.staged : 0)
  }

  /**
   * Hands a slot over. True when it has gone, false when it stayed here (and the event says why).
   * @throws StorageError this peer's own disk failed
   */
  async move(slot: Slot, to: Peer, signal: AbortSignal): Promise<boolean> {
    if (this.#moving.has(slot)) return false
    const { table, runtime, events } = this.#init
    const startedMs = runtime.clock.monotonic()
    this.#moving.add(slot)
    try {
      const view = await table.seal(slot)
      const { next, sent } = await this.#transfer(view, to, signal)
      await table.giveUp(slot, next, sent.digest)
      await this.#install(next, sent.digest) // a stop waits for it: nobody answers until it is done
      events.emit({
        type: 'slot.moved',
        slot,
        to,
        rows: sent.count,
        ms: runtime.clock.monotonic() - startedMs
      })
      return true
    } catch (error) {
      table.unseal(slot)
      if (errorName(error) === 'StorageError') throw error
      events.emit({ type: 'slot.stayed', slot, to, reason: (error as Error).message })
      return false
    } finally {
      this.#moving.delete(slot)
    }
  }

  /** Repeats, for every slot given up and not acknowledged, that its next holder has it. */
  async remind(signal: AbortSignal): Promise<void> {
    for (const { view, digest } of this.#init.table.handOffs()) {
      signal.throwIfAborted()
      if (!this.#moving.has(view.slot)) await this.#install(view, digest, signal)
    }
  }

  /** The receiving side of a transfer. */
  async receive(from: Peer, records: AsyncIterator<TransferRecord>): Promise<TransferVerdict> {
    if (this.#closed)
      return { kind: 'refused', name: 'UnavailableError', detail: 'This peer is leaving the ring' }
    if (this.#receiving >= HANDOVERS_INBOUND_MAX) {
      return {
        kind: 'refused',
        name: 'BusyError',
        detail: `${this.#receiving} slots are being taken in already`
      }
    }
    const { self, table, store, runtime } = this.#init
    this.#receiving++
    try {
      const first = await records.next()
      if (first.done === true || first.value.type !== 'offer')
        throw new TransferError('A transfer begins with an offer')
      const { view } = first.value
      await table.receive(view, () => stageRows(store, view, { [Symbol.asyncIterator]: () => records }))
      this.#acceptedMs = runtime.clock.monotonic()
      return { kind: 'accepted', store: self.store }
    } catch (error) {
      const name = errorName(error) ?? 'InternalError'
      runtime.log.warn('slot not taken in', { from, error: name, detail: (error as Error).message })
      return { kind: 'refused', name, detail: (error as Error).message }
    } finally {
      this.#receiving--
    }
  }

  async #transfer(view: View, to: Peer, signal: AbortSignal): Promise<{ next: View; sent: SentRows }> {
    const { rpc, store } = this.#init
    const sent: SentRows = { digest: '', count: 0 }
    const offer = singleMemberView(view.slot, view.epoch + 1, { peer: to, store: '' })
    const verdict = await rpc.transfer(to, transferRecords(store, offer, sent), {
      timeoutMs: HANDOVER_TIMEOUT_MS,
      signal
    })
    if (verdict.kind === 'refused') throw new TransferError(verdict.detail, { retryAfterMs: RETRY_AFTER_MS })
    if (sent.digest === '') throw new TransferError(`${to} accepted the slot before it had all of it`)
    return { next: singleMemberView(view.slot, view.epoch + 1, { peer: to, store: verdict.store }), sent }
  }

  async #install(view: View, digest: string, signal?: AbortSignal): Promise<void> {
    const { rpc, table } = this.#init
    const installed = await rpc.install(view.leader, view, digest, {
      timeoutMs: MAINTENANCE_TIMEOUT_MS,
      signal
    })
    if (installed) await table.release(view)
  }
}
