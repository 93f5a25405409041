/**
 * What replicas say to each other, as the bodies of message frames. A body has messages of one kind, by columns: a peer
 * has many slots, so most kinds come in crowds, and a crowd is written and read in one go. Everything that comes from
 * another peer is checked here, before a replica acts on it.
 */
import { Proposal as WireProposal } from '../../protocols/users.ts'
import { ProtocolViolationError } from '../errors.ts'
import { decodeEntry, type Entry, encodeEntry } from '../replica/entry.ts'
import type { ReplicaMessage } from '../replica/message.ts'
import { FieldReader, FieldWriter } from './protobuf-fields.ts'
import {
  fromRow,
  hasProposal,
  type Kind,
  type Numbers,
  type Proposal,
  type Row,
  toRow
} from './replica-rows.ts'
import {
  checkedSlot,
  decoded,
  MEMBERS_MAX,
  packBallot,
  packView,
  unpackBallot,
  unpackView
} from './view-codec.ts'

/** Messages of one body, and entries of all of them: more than any body holds that a replica sends. */
const MESSAGES_MAX = 4_096
const ENTRIES_MAX = 16_384
/** Messages are put together up to here, so that a body fits one send of its stream; a larger one is alone in its body. */
const CROWD_BYTES_MAX = 60 * 1024
/** What the numbers of a message or the header of an entry take, about, and a proposal at most: two views of 16 members. */
const ROW_BYTES = 48
const PROPOSAL_BYTES = 2_048

/** By their number in users.proto. */
const KINDS: readonly (Kind | undefined)[] = [
  undefined,
  'append',
  'appended',
  'gap',
  'heartbeat',
  'confirm',
  'learn',
  'learned',
  'stale',
  'need-view',
  'pre-seal',
  'pre-sealed',
  'prepare',
  'promised',
  'nack',
  'sync',
  'synced',
  'sync-gap',
  'accept',
  'accepted',
  'install',
  'installed',
  'fetch',
  'data'
]
const NUMBERS: ReadonlyMap<Kind | undefined, number> = new Map(KINDS.map((kind, number) => [kind, number]))

/** Fields of ReplicaMessages. The columns come in the order of the numbers of a row. */
const KIND = 1
const FIRST_COLUMN = 2
const COLUMNS = 7
const ENTRIES = 9
const PROPOSALS = 10

/** The bodies of message frames, in the order of `messages`. @throws InternalError one of them does not fit a frame */
export function encodeReplicaMessages(messages: readonly ReplicaMessage[]): Uint8Array[] {
  const bodies: Uint8Array[] = []
  let crowd: Crowd | undefined
  for (const message of messages) {
    const row = toRow(message)
    const bytes = rowBytes(row)
    if (crowd === undefined || !crowd.takes(message.type, bytes)) {
      if (crowd !== undefined) bodies.push(crowd.encode())
      crowd = new Crowd(message.type)
    }
    crowd.add(row, bytes)
  }
  if (crowd !== undefined) bodies.push(crowd.encode())
  return bodies
}

/** Consecutive messages of one kind. */
class Crowd {
  readonly #kind: Kind
  readonly #rows: Numbers[] = []
  readonly #entries: Entry[] = []
  readonly #proposals: Proposal[] = []
  #bytes = 0

  constructor(kind: Kind) {
    this.#kind = kind
  }

  takes(kind: Kind, bytes: number): boolean {
    return kind === this.#kind && this.#rows.length < MESSAGES_MAX && this.#bytes + bytes <= CROWD_BYTES_MAX
  }

  add({ numbers, entries, proposal }: Row, bytes: number): void {
    this.#rows.push(numbers)
    for (const entry of entries) this.#entries.push(entry)
    if (proposal !== undefined) this.#proposals.push(proposal)
    this.#bytes += bytes
  }

  encode(): Uint8Array {
    const writer = new FieldWriter()
    writer.number(KIND, NUMBERS.get(this.#kind)!)
    for (let column = 0; column < COLUMNS; column++) {
      if (column === 0 || this.#rows.some(row => row[column] !== 0)) {
        writer.column(FIRST_COLUMN + column, this.#rows, column)
      }
    }
    for (const entry of this.#entries) writer.bytes(ENTRIES, encodeEntry(entry))
    for (const proposal of this.#proposals) writer.bytes(PROPOSALS, encodeProposal(proposal))
    return writer.finish()
  }
}

function rowBytes({ entries, proposal }: Row): number {
  let bytes = proposal === undefined ? ROW_BYTES : ROW_BYTES + PROPOSAL_BYTES
  for (const { key, payload } of entries) bytes += ROW_BYTES + key.byteLength + payload.byteLength
  return bytes
}

function encodeProposal({ ballot, other, view, current }: Proposal): Uint8Array {
  return WireProposal.encode({
    ...(ballot === undefined ? {} : { ballot: packBallot(ballot) }),
    ...(other === undefined ? {} : { other: packBallot(other) }),
    ...(view === undefined ? {} : { view: packView(view) }),
    ...(current === undefined ? {} : { current: packView(current) })
  })
}

/**
 * @param slotCount of the ring
 * @throws ProtocolViolationError, and then nothing of the body is to be acted on
 */
export function decodeReplicaMessages(body: Uint8Array, slotCount: number): ReplicaMessage[] {
  const { kind: number, columns, entries: views, proposals } = readFields(body)
  const kind = KINDS[number]
  const slots = columns[0]
  if (kind === undefined || slots === undefined || slots.length === 0) {
    throw new ProtocolViolationError(`Messages of the kind ${number}, or none at all`)
  }
  for (const column of columns) {
    if (column !== undefined && column.length !== slots.length) {
      throw new ProtocolViolationError(`A column of ${column.length} numbers for ${slots.length} messages`)
    }
  }
  if (proposals.length !== (hasProposal(kind) ? slots.length : 0)) {
    throw new ProtocolViolationError(`${proposals.length} proposals for ${slots.length} messages`)
  }
  const entries = copied(views, body)
  const messages: ReplicaMessage[] = []
  let entriesRead = 0
  for (let i = 0; i < slots.length; i++) {
    const numbers = numbersOf(columns, i, slotCount)
    const count = numbers[6]
    const its = count === 0 ? [] : entries.slice(entriesRead, entriesRead + count).map(decodeEntry)
    if (its.length !== count) throw new ProtocolViolationError('There are too few entries')
    entriesRead += count
    const proposal = proposals.length === 0 ? undefined : decodeProposal(proposals[i]!, slotCount)
    messages.push(fromRow(kind, { numbers, entries: its, proposal }))
  }
  if (entriesRead !== entries.length) throw new ProtocolViolationError('There are too many entries')
  return messages
}

interface Fields {
  kind: number
  readonly columns: (number[] | undefined)[]
  readonly entries: Uint8Array[]
  readonly proposals: Uint8Array[]
}

function readFields(bytes: Uint8Array): Fields {
  const fields: Fields = { kind: 0, columns: new Array(COLUMNS).fill(undefined), entries: [], proposals: [] }
  const reader = new FieldReader(bytes)
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === KIND) fields.kind = reader.number()
    else if (field < FIRST_COLUMN + COLUMNS)
      fields.columns[field - FIRST_COLUMN] = reader.column(MESSAGES_MAX)
    else if (field === ENTRIES) addTo(fields.entries, reader.bytes(), ENTRIES_MAX)
    else if (field === PROPOSALS) addTo(fields.proposals, reader.bytes(), MESSAGES_MAX)
    else reader.skip()
  }
  return fields
}

/** Entries are kept for long, and shall pin no more than their own bytes of what they came in. */
function copied(views: readonly Uint8Array[], body: Uint8Array): readonly Uint8Array[] {
  if (views.length === 0) return views
  const copy = new Uint8Array(body)
  return views.map(({ byteOffset, byteLength }) => {
    const start = byteOffset - body.byteOffset
    return copy.subarray(start, start + byteLength)
  })
}

function addTo(list: Uint8Array[], bytes: Uint8Array, countMax: number): void {
  if (list.length === countMax) throw new ProtocolViolationError(`More than ${countMax} parts in one message`)
  list.push(bytes)
}

function numbersOf(columns: Fields['columns'], i: number, slotCount: number): Numbers {
  const [slots, epochs, sequences, entryEpochs, commits, rounds, counts] = columns
  return [
    checkedSlot(slots![i]!, slotCount),
    epochs?.[i] ?? 0,
    sequences?.[i] ?? 0,
    entryEpochs?.[i] ?? 0,
    commits?.[i] ?? 0,
    rounds?.[i] ?? 0,
    counts?.[i] ?? 0
  ]
}

const PROPOSAL_LIMITS = { limits: { view: { members: MEMBERS_MAX }, current: { members: MEMBERS_MAX } } }

function decodeProposal(bytes: Uint8Array, slotCount: number): Proposal {
  const { ballot, other, view, current } = decoded('proposal', () =>
    WireProposal.decode(bytes, PROPOSAL_LIMITS)
  )
  return {
    ballot: ballot === undefined ? undefined : unpackBallot(ballot),
    other: other === undefined ? undefined : unpackBallot(other),
    view: view === undefined ? undefined : unpackView(view, slotCount),
    current: current === undefined ? undefined : unpackView(current, slotCount)
  }
}
