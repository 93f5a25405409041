/** Snapshots of slots over libp2p. */
import type { Peer } from '../chord/ring-node.ts'
import { isDiskFailure, TransferError } from '../errors.ts'
import type { ReplicaRpc, RpcOptions, SnapshotRecord, SnapshotVerdict } from '../replica/replica-rpc.ts'
import { deadlineAfter } from '../runtime.ts'
import { BulkEndpoint } from './bulk.ts'
import {
  decodeSnapshotRecord,
  decodeSnapshotVerdict,
  encodeSnapshotRecord,
  encodeSnapshotVerdict
} from './snapshot-codec.ts'
import type { Wire } from './wire.ts'

export const TRANSFER_PROTOCOL = '/anillo/transfer/1.0.0'

/** As `receiveSnapshot` of ReplicaHandler. */
export type SnapshotReceiver = (
  from: Peer,
  records: AsyncIterator<SnapshotRecord>
) => Promise<SnapshotVerdict>

export class TransferProtocol implements Pick<ReplicaRpc, 'sendSnapshot'> {
  readonly #wire: Wire
  readonly #bulk: BulkEndpoint<SnapshotRecord, SnapshotVerdict>
  #receiver: SnapshotReceiver | undefined

  constructor(wire: Wire, id = TRANSFER_PROTOCOL) {
    this.#wire = wire
    const slotCount = () => wire.hello.genesis?.slots ?? 0
    this.#bulk = new BulkEndpoint(
      wire,
      {
        id,
        record: { encode: encodeSnapshotRecord, decode: bytes => decodeSnapshotRecord(bytes, slotCount()) },
        verdict: { encode: encodeSnapshotVerdict, decode: decodeSnapshotVerdict }
      },
      (from, records) => this.#receive(from, records)
    )
  }

  start(): Promise<void> {
    return this.#bulk.start()
  }

  stop(): Promise<void> {
    return this.#bulk.stop()
  }

  /** Who takes in what other peers send; until then they are refused. */
  serve(receiver: SnapshotReceiver | undefined): void {
    this.#receiver = receiver
  }

  /** @throws TransferError whatever cut it off: nothing is known of the rows */
  async sendSnapshot(
    to: Peer,
    records: Iterable<SnapshotRecord>,
    options: RpcOptions
  ): Promise<SnapshotVerdict> {
    using deadline = deadlineAfter(this.#wire.runtime.clock, options.timeoutMs, options.signal)
    try {
      return await this.#bulk.send(to, records, deadline.signal)
    } catch (cause) {
      options.signal?.throwIfAborted()
      if (isDiskFailure(cause)) throw cause
      throw new TransferError(`The snapshot to ${to} did not complete: ${(cause as Error).message}`, {
        cause
      })
    }
  }

  async #receive(from: Peer, records: AsyncIterable<SnapshotRecord>): Promise<SnapshotVerdict> {
    if (this.#receiver === undefined) {
      return { kind: 'refused', name: 'NotRunningError', detail: 'This peer has not joined its ring yet' }
    }
    return this.#receiver(from, records[Symbol.asyncIterator]())
  }
}
