/**
 * Snapshots on their way from and to this peer, and the deletion of what is of no more use: the work of replicas that
 * takes more than a moment. A few at a time, so that a peer that joins is not buried.
 */
import { setMaxListeners } from 'node:events'
import type { Peer } from '../chord/ring-node.ts'
import { BusyError, errorName, NotRunningError, TransferError, UnavailableError } from '../errors.ts'
import type { Slot } from '../ring/slot.ts'
import { deadlineAfter, type Runtime, raceSignal } from '../runtime.ts'
import { replicaDataRange, stagedRange } from '../storage/keys.ts'
import type { Store, Write } from '../storage/store.ts'
import type { Applied } from './applied.ts'
import type { Job, Jobs } from './jobs.ts'
import type { Replica } from './replica.ts'
import type { ReplicaEvent } from './replica-event.ts'
import type { ReplicaRpc, SnapshotRecord, SnapshotVerdict } from './replica-rpc.ts'
import { type Salvage, salvagedRows } from './salvage.ts'
import type { SlotMachine } from './slot-machine.ts'
import { clearRange, installWrites, type SnapshotOffer, snapshotRecords, stageSnapshot } from './snapshot.ts'
import { SNAPSHOT_TIMEOUT_MS, SNAPSHOTS_INBOUND_MAX, SNAPSHOTS_OUTBOUND_MAX } from './timing.ts'

/** Waiting to be sent; those beyond it are asked for again. */
const QUEUE_MAX = 1_024

export interface SnapshotExchangeInit {
  readonly store: Store
  readonly runtime: Runtime
  readonly rpc: ReplicaRpc
  readonly machine: SlotMachine<never, unknown>
  /** Everything that replicas have written so far is on disk. @throws StorageError */
  readonly settled: () => Promise<void>
  readonly replicaOf: (slot: Slot) => Pick<Replica<never, unknown>, 'ledger'>
  readonly step: (slot: Slot, event: ReplicaEvent<never, never>, before?: Write[]) => void
  /** Who is told how far snapshots are. @default nobody */
  readonly jobs?: Jobs | undefined
  /** @default what is given up for another lineage is deleted at once */
  readonly salvage?: Salvage | undefined
}

interface Order {
  readonly slot: Slot
  readonly to: Peer
}

export class SnapshotExchange {
  readonly #init: SnapshotExchangeInit
  readonly #stopping = new AbortController()
  #queue: Order[] = []
  readonly #sending = new Map<string, Promise<void>>()
  readonly #receiving = new Map<Slot, Promise<unknown>>()
  readonly #clearing = new Map<Slot, Promise<void>>()
  /** The last of those that wait for their turn. */
  #salvaging: Promise<void> = Promise.resolve()

  constructor(init: SnapshotExchangeInit) {
    this.#init = init
    setMaxListeners(Number.POSITIVE_INFINITY, this.#stopping.signal) // everything on its way listens to it
  }

  /** Cuts off what is under way, and waits until it is. */
  async stop(): Promise<void> {
    this.#stopping.abort(new UnavailableError('This peer is stopping'))
    this.#queue = []
    await Promise.all([...this.#sending.values(), ...this.#clearing.values()])
    await Promise.allSettled(this.#receiving.values())
  }

  /** `to` needs the table of `slot`; its replica is told how that went. */
  send(slot: Slot, to: Peer): void {
    const name = nameOf({ slot, to })
    const known = this.#sending.has(name) || this.#queue.some(order => nameOf(order) === name)
    if (known) return
    if (this.#queue.length >= QUEUE_MAX) {
      this.#init.step(slot, { type: 'snapshot-sent', to, sequence: undefined })
      return
    }
    this.#queue.push({ slot, to })
    this.#sendNext()
  }

  /** Log and rows of `slot` are deleted, and its replica is told when they are. */
  clear(slot: Slot): void {
    if (this.#clearing.has(slot) || this.#stopping.signal.aborted) return
    const clearing = this.#clear(slot).then(isDone => {
      this.#clearing.delete(slot)
      // It may have been filled, and given up again, before the disk had that it was empty.
      if (isDone && this.#init.replicaOf(slot).ledger.state.clearing) this.clear(slot)
    })
    this.#clearing.set(slot, clearing)
  }

  async receive(from: Peer, records: AsyncIterator<SnapshotRecord>): Promise<SnapshotVerdict> {
    const { store, machine, runtime, jobs } = this.#init
    let slot: Slot | undefined
    let job: Job | undefined
    const staging = Promise.withResolvers<void>()
    // Whoever sends has its own deadline, and may be late with everything.
    using deadline = deadlineAfter(runtime.clock, SNAPSHOT_TIMEOUT_MS, this.#stopping.signal)
    try {
      const counted = countingIn(records, () => job, deadline.signal)
      const staged = await stageSnapshot(store, counted, machine, offer => {
        this.#admit(offer)
        slot = offer.slot
        this.#receiving.set(slot, staging.promise)
        job = jobs?.begin({ kind: 'snapshot-in', detail: `slot ${slot} from ${from}`, unit: 'rows' })
      })
      await this.#take(staged.slot, staged.applied)
      job?.done()
      return { kind: 'accepted' }
    } catch (error) {
      job?.failed(`slot ${slot} from ${from}: ${(error as Error).message}`)
      const name = errorName(error) ?? 'InternalError'
      if (name === 'InternalError')
        runtime.log.error('a snapshot could not be taken in', { from, slot, error })
      return { kind: 'refused', name, detail: (error as Error).message }
    } finally {
      if (slot !== undefined) await this.#dropStaged(slot)
      if (slot !== undefined) this.#receiving.delete(slot)
      staging.resolve()
    }
  }

  /** What came of a snapshot that was not taken is of no use: the next one of the slot may never come. */
  async #dropStaged(slot: Slot): Promise<void> {
    await clearRange(this.#init.store, stagedRange(slot)).catch(() => {}) // who owns the disk was told
  }

  #admit({ slot }: SnapshotOffer): void {
    this.#stopping.signal.throwIfAborted()
    const { state } = this.#init.replicaOf(slot).ledger
    if (state.clearing || this.#clearing.has(slot)) throw new BusyError(`Slot ${slot} is being cleared`)
    if (this.#receiving.has(slot)) throw new BusyError(`Slot ${slot} is being received already`)
    if (this.#receiving.size >= SNAPSHOTS_INBOUND_MAX) {
      throw new BusyError(`${this.#receiving.size} slots are being received already`)
    }
  }

  async #take(slot: Slot, applied: Applied): Promise<void> {
    const { store, settled, replicaOf, step } = this.#init
    // Rows that are still to be written must not be written over those of the snapshot.
    await settled()
    const { ledger } = replicaOf(slot)
    if (ledger.state.clearing) throw new TransferError(`Slot ${slot} was given up meanwhile`)
    if (applied.sequence <= ledger.commit) return
    if (applied.epoch < ledger.table.applied.epoch)
      throw new TransferError(`Slot ${slot} is of a later lineage here`)
    if (ledger.table.freshRows > 0) throw new BusyError(`Slot ${slot} is getting on by itself`)
    this.#stopping.signal.throwIfAborted()
    step(slot, { type: 'snapshot-offered', applied })
    if (ledger.state.clearing)
      throw new BusyError(`Slot ${slot} is of an older lineage here, which is given up first`)
    step(slot, { type: 'snapshot-taken', applied }, installWrites(store, slot))
    await settled()
  }

  #sendNext(): void {
    while (this.#sending.size < SNAPSHOTS_OUTBOUND_MAX) {
      const order = this.#queue.shift()
      if (order === undefined) return
      const name = nameOf(order)
      const sending = this.#send(order).finally(() => {
        this.#sending.delete(name)
        this.#sendNext()
      })
      this.#sending.set(name, sending)
    }
  }

  async #send({ slot, to }: Order): Promise<void> {
    const { store, rpc, runtime, step, jobs, replicaOf } = this.#init
    const { live } = replicaOf(slot).ledger.table.applied
    const detail = `slot ${slot} to ${to}`
    const job = jobs?.begin({ kind: 'snapshot-out', detail, unit: 'rows', total: live })
    let sequence: number | undefined
    try {
      const records = noting(snapshotRecords(store, slot), record => {
        if (record.type === 'offer') sequence = record.applied.sequence
        else count(record, job)
      })
      const options = { timeoutMs: SNAPSHOT_TIMEOUT_MS, signal: this.#stopping.signal }
      const verdict = await rpc.sendSnapshot(to, records, options)
      if (verdict.kind === 'refused') throw new TransferError(`${verdict.name}: ${verdict.detail}`)
      job?.done()
      step(slot, { type: 'snapshot-sent', to, sequence })
    } catch (error) {
      job?.failed(`${detail}: ${(error as Error).message}`)
      runtime.log.debug('a snapshot was not sent', { slot, to, reason: (error as Error).message })
      step(slot, { type: 'snapshot-sent', to, sequence: undefined })
    }
  }

  /** False: not now. */
  async #clear(slot: Slot): Promise<boolean> {
    const { store, settled, step } = this.#init
    try {
      await this.#receiving.get(slot)
      await settled()
      if (this.#init.replicaOf(slot).ledger.state.abandoned !== null) await this.#salvage(slot)
      await clearRange(store, replicaDataRange(slot))
      step(slot, { type: 'cleared' })
      await settled()
      return true
    } catch (error) {
      // The disk failed, and whoever owns it was told, or has no room: it is tried again after the next start.
      this.#init.runtime.log.warn('a slot was not cleared', { slot, reason: (error as Error).message })
      return false
    }
  }

  /**
   * Nothing is deleted before the disk has that all of it is safe, or the next start would save what was left. One slot
   * after the other: each reads a whole log and table.
   */
  #salvage(slot: Slot): Promise<void> {
    const { settled, step, replicaOf, salvage } = this.#init
    const salvaged = this.#salvaging.then(async () => {
      this.#stopping.signal.throwIfAborted() // the next start goes on
      const { ledger } = replicaOf(slot)
      await salvage?.(slot, ledger.state.abandoned!, salvagedRows(ledger))
      step(slot, { type: 'salvaged' })
      // A peer that stops, or whose disk failed, takes no steps any more.
      if (ledger.state.abandoned !== null) throw new NotRunningError('This peer is stopping')
      await settled()
    })
    this.#salvaging = salvaged.catch(() => {}) // whoever asked for it is told
    return salvaged
  }
}

function nameOf({ slot, to }: Order): string {
  return `${slot} ${to}`
}

function* noting(
  records: Iterable<SnapshotRecord>,
  note: (record: SnapshotRecord) => void
): Iterable<SnapshotRecord> {
  for (const record of records) {
    note(record)
    yield record
  }
}

/** The same records until `signal`, counted as they are taken; `return` still reaches whoever sends them. */
function countingIn(
  records: AsyncIterator<SnapshotRecord>,
  job: () => Job | undefined,
  signal: AbortSignal
): AsyncIterator<SnapshotRecord> {
  return {
    async next() {
      const result = await raceSignal(records.next(), signal)
      if (result.done !== true) count(result.value, job())
      return result
    },
    return: async () => (await records.return?.()) ?? { done: true, value: undefined }
  }
}

function count(record: SnapshotRecord, job: Job | undefined): void {
  if (record.type === 'row') job?.add(1, record.key.byteLength + record.value.byteLength)
}
