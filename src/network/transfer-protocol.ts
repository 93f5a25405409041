/** The transfer of a slot's rows over libp2p. */
import type { Peer } from '../chord/ring-node.ts'
import { AnilloError, TransferError } from '../errors.ts'
import type { RpcOptions, TransferRecord, TransferVerdict } from '../replica/replica-rpc.ts'
import { deadlineAfter } from '../runtime.ts'
import { BulkEndpoint } from './bulk.ts'
import {
  decodeTransferRecord,
  decodeTransferVerdict,
  encodeTransferRecord,
  encodeTransferVerdict
} from './users-codec.ts'
import type { Wire } from './wire.ts'

export const TRANSFER_PROTOCOL = '/anillo/transfer/1.0.0'

export type TransferReceiver = (
  from: Peer,
  records: AsyncIterator<TransferRecord>
) => Promise<TransferVerdict>

export class TransferProtocol {
  readonly #wire: Wire
  readonly #bulk: BulkEndpoint<TransferRecord, TransferVerdict>
  #receiver: TransferReceiver | undefined

  constructor(wire: Wire, id = TRANSFER_PROTOCOL) {
    this.#wire = wire
    const slotCount = () => wire.hello.genesis?.slots ?? 0
    this.#bulk = new BulkEndpoint(
      wire,
      {
        id,
        record: { encode: encodeTransferRecord, decode: bytes => decodeTransferRecord(bytes, slotCount()) },
        verdict: { encode: encodeTransferVerdict, decode: decodeTransferVerdict }
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
  serve(receiver: TransferReceiver | undefined): void {
    this.#receiver = receiver
  }

  /** @throws TransferError whatever cut it off: the sender keeps its rows and tries again later */
  async transfer(to: Peer, records: Iterable<TransferRecord>, options: RpcOptions): Promise<TransferVerdict> {
    using deadline = deadlineAfter(this.#wire.runtime.clock, options.timeoutMs, options.signal)
    try {
      return await this.#bulk.send(to, records, deadline.signal)
    } catch (cause) {
      options.signal?.throwIfAborted()
      if (cause instanceof AnilloError && cause.name === 'StorageError') throw cause
      throw new TransferError(`The transfer to ${to} did not complete: ${(cause as Error).message}`, {
        cause
      })
    }
  }

  async #receive(from: Peer, records: AsyncIterable<TransferRecord>): Promise<TransferVerdict> {
    if (this.#receiver === undefined) {
      return { kind: 'refused', name: 'NotRunningError', detail: 'This peer has not joined its ring yet' }
    }
    return this.#receiver(from, records[Symbol.asyncIterator]())
  }
}
