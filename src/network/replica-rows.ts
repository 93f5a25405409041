/**
 * A message between replicas as a row of numbers, with entries and a proposal behind it: what all kinds have in common,
 * so that a crowd of one kind can be written by columns. README.md in protocols says which kind has what.
 */
import { ProtocolViolationError } from '../errors.ts'
import type { Ballot } from '../replica/ballot.ts'
import type { Entry, EntryId } from '../replica/entry.ts'
import type { ReplicaMessage } from '../replica/message.ts'
import type { View } from '../replica/view.ts'
import type { Slot } from '../ring/slot.ts'
import { isRowKey } from '../storage/keys.ts'
import { entryId } from './view-codec.ts'

export type Kind = ReplicaMessage['type']

export interface Row {
  readonly numbers: Numbers
  readonly entries: readonly Entry[]
  readonly proposal: Proposal | undefined
}

export type Numbers = readonly [
  slot: Slot,
  /** Or the instance. */
  epoch: number,
  sequence: number,
  entryEpoch: number,
  commit: number,
  round: number,
  /** Of the entries. */
  count: number
]

export interface Proposal {
  readonly ballot: Ballot | undefined
  readonly other: Ballot | undefined
  readonly view: View | undefined
  readonly current: View | undefined
}

const NOTHING: Proposal = { ballot: undefined, other: undefined, view: undefined, current: undefined }
const NO_ENTRIES: readonly Entry[] = []

type OfInstance = Extract<ReplicaMessage, { instance: number }>

export function toRow(message: ReplicaMessage): Row {
  switch (message.type) {
    case 'append':
    case 'learn':
    case 'data': {
      const { slot, epoch, prev, commit, entries } = message
      return row([slot, epoch, prev.sequence, prev.epoch, commit, 0, entries.length], entries)
    }
    case 'appended':
    case 'gap':
    case 'learned':
    case 'fetch':
      return row([message.slot, message.epoch, message.sequence, 0, 0, 0, 0])
    case 'heartbeat':
      return row([message.slot, message.epoch, message.last, 0, message.commit, message.round, 0])
    case 'confirm':
      return row([message.slot, message.epoch, message.last, 0, 0, message.round, 0])
    case 'need-view':
    case 'installed':
      return row([message.slot, message.epoch, 0, 0, 0, 0, 0])
    case 'stale':
    case 'install':
      return row([message.slot, 0, 0, 0, 0, 0, 0], NO_ENTRIES, { ...NOTHING, view: message.view })
    case 'pre-seal':
    case 'pre-sealed':
      return row([message.slot, message.epoch, 0, 0, 0, 0, 0], NO_ENTRIES, {
        ...NOTHING,
        ballot: message.ballot
      })
    default:
      return toRowOfInstance(message)
  }
}

function toRowOfInstance(message: OfInstance): Row {
  const { slot, instance, ballot } = message
  const proposal = { ...NOTHING, ballot }
  switch (message.type) {
    case 'prepare':
      return row([slot, instance, message.last.sequence, message.last.epoch, 0, 0, 0], NO_ENTRIES, proposal)
    case 'promised': {
      const { last, tail, accepted } = message
      return row([slot, instance, last.sequence, last.epoch, 0, 0, tail.length], tail, {
        ...proposal,
        other: accepted?.ballot,
        view: accepted?.view
      })
    }
    case 'nack':
      return row([slot, instance, 0, 0, 0, 0, 0], NO_ENTRIES, { ...proposal, other: message.promised })
    case 'sync': {
      const { prev, entries, commit, view, current } = message
      return row([slot, instance, prev.sequence, prev.epoch, commit, 0, entries.length], entries, {
        ...proposal,
        view,
        current
      })
    }
    case 'sync-gap':
      return row([slot, instance, message.sequence, 0, 0, 0, 0], NO_ENTRIES, proposal)
    case 'accept':
      return row([slot, instance, 0, 0, 0, 0, 0], NO_ENTRIES, { ...proposal, view: message.view })
    case 'synced':
    case 'accepted':
      return row([slot, instance, 0, 0, 0, 0, 0], NO_ENTRIES, proposal)
  }
}

function row(numbers: Numbers, entries = NO_ENTRIES, proposal?: Proposal): Row {
  return { numbers, entries, proposal }
}

/** Whether messages of this kind have a proposal. */
export function hasProposal(type: Kind): boolean {
  switch (type) {
    case 'append':
    case 'appended':
    case 'gap':
    case 'heartbeat':
    case 'confirm':
    case 'learn':
    case 'learned':
    case 'need-view':
    case 'installed':
    case 'fetch':
    case 'data':
      return false
    default:
      return true
  }
}

/** @throws ProtocolViolationError the row says what no such message says */
export function fromRow(type: Kind, { numbers, entries, proposal = NOTHING }: Row): ReplicaMessage {
  const [slot, epoch, sequence, entryEpoch, commit, round] = numbers
  switch (type) {
    case 'append':
    case 'learn':
    case 'data': {
      const prev = entryId(entryEpoch, sequence)
      return { type, slot, epoch, prev, entries: consecutive(slot, entries, prev), commit }
    }
    case 'appended':
    case 'gap':
    case 'learned':
    case 'fetch':
      return { type, slot, epoch, sequence }
    case 'heartbeat':
      return { type, slot, epoch, round, commit, last: sequence }
    case 'confirm':
      return { type, slot, epoch, round, last: sequence }
    case 'need-view':
    case 'installed':
      return { type, slot, epoch }
    case 'stale':
    case 'install':
      return { type, slot, view: viewOf(slot, proposal.view) }
    case 'pre-seal':
    case 'pre-sealed':
      return { type, slot, epoch, ballot: given(proposal.ballot) }
    default:
      return fromRowOfInstance(type, { numbers, entries, proposal })
  }
}

function fromRowOfInstance(
  type: OfInstance['type'],
  { numbers, entries, proposal }: Row & { readonly proposal: Proposal }
): OfInstance {
  const [slot, instance, sequence, entryEpoch, commit] = numbers
  const ballot = given(proposal.ballot)
  switch (type) {
    case 'prepare':
      return { type, slot, instance, ballot, last: entryId(entryEpoch, sequence) }
    case 'promised': {
      const { other, view } = proposal
      const accepted =
        other === undefined && view === undefined
          ? null
          : { ballot: given(other), view: viewOf(slot, view, instance) }
      const tail = consecutive(slot, entries, undefined)
      return { type, slot, instance, ballot, accepted, last: entryId(entryEpoch, sequence), tail }
    }
    case 'nack':
      return { type, slot, instance, ballot, promised: given(proposal.other) }
    case 'sync': {
      const prev = entryId(entryEpoch, sequence)
      const view = viewOf(slot, proposal.view, instance)
      const current = viewOf(slot, proposal.current, instance - 1)
      const all = consecutive(slot, entries, prev)
      return { type, slot, instance, ballot, view, current, prev, entries: all, commit }
    }
    case 'sync-gap':
      return { type, slot, instance, ballot, sequence }
    case 'accept':
      return { type, slot, instance, ballot, view: viewOf(slot, proposal.view, instance) }
    case 'synced':
    case 'accepted':
      return { type, slot, instance, ballot }
  }
}

function given<T>(part: T | undefined): T {
  if (part === undefined)
    throw new ProtocolViolationError('A message between replicas lacks a ballot or a view')
  return part
}

function viewOf(slot: Slot, view: View | undefined, epoch?: number): View {
  const { slot: named, epoch: its } = given(view)
  if (named !== slot || (epoch !== undefined && its !== epoch)) {
    throw new ProtocolViolationError(`A message about slot ${slot} has view ${its} of slot ${named}`)
  }
  return given(view)
}

/** `entries`, if they are of this slot and follow each other and `prev` without a gap. */
function consecutive(slot: Slot, entries: readonly Entry[], prev: EntryId | undefined): readonly Entry[] {
  let before = prev
  for (const entry of entries) {
    entryId(entry.epoch, entry.sequence)
    if (!isRowKey(slot, entry.key)) {
      throw new ProtocolViolationError(
        `Entry ${entry.sequence} of slot ${slot} is about a row of none or another`
      )
    }
    if (before !== undefined && (entry.sequence !== before.sequence + 1 || entry.epoch < before.epoch)) {
      throw new ProtocolViolationError(
        `Entry ${entry.epoch}.${entry.sequence} of slot ${slot} does not follow ${before.epoch}.${before.sequence}`
      )
    }
    before = entry
  }
  return entries
}
