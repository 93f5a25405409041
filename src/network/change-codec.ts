/** What happened in slots, on the wire. */
import * as wire from '../../protocols/users.ts'
import { WATCH_WAIT_MS } from '../constants.ts'
import { ProtocolViolationError } from '../errors.ts'
import { SLOTS_MAX, type Slot } from '../ring/slot.ts'
import type { FollowedSlot, SlotChanges } from '../users/change-source.ts'
import { checkUserId, type User } from '../users/user.ts'
import { atMost, checkedSlot, parsedObject, safe } from './view-codec.ts'

/** Entries of one answer: it is bounded in bytes, and each has some. */
const CHANGES_MAX = 65_536
const VERSION_LENGTH_MAX = 64
const { Kind } = wire.SlotChanges

type Change = Extract<SlotChanges, { kind: 'changes' }>['changes'][number]

export interface FollowRequest {
  readonly slots: readonly FollowedSlot[]
  readonly waitMs: number
}

export function packFollow({ slots, waitMs }: FollowRequest): wire.Follow {
  return {
    slots: slots.map(({ slot, after }) => ({
      slot,
      end: after === undefined,
      epoch: after?.epoch ?? 0,
      sequence: after?.sequence ?? 0
    })),
    waitMs
  }
}

/** @throws ProtocolViolationError */
export function unpackFollow({ slots, waitMs }: wire.Follow, slotCount: number): FollowRequest {
  atMost('slots', slots.length, SLOTS_MAX)
  atMost('ms of waiting', waitMs, WATCH_WAIT_MS)
  const seen = new Set<number>()
  for (const { slot } of slots) {
    // Each would be looked up, and told, once more.
    if (seen.has(slot)) throw new ProtocolViolationError(`Slot ${slot} is followed twice in one question`)
    seen.add(slot)
  }
  return {
    slots: slots.map(({ slot, end, epoch, sequence }) => ({
      slot: checkedSlot(slot, slotCount),
      after: end ? undefined : { epoch: safe('epoch', epoch), sequence: safe('sequence', sequence) }
    })),
    waitMs
  }
}

export function packFollowed(slots: readonly SlotChanges[]): wire.Followed {
  return {
    slots: slots.map(told => {
      const { slot } = told
      const nothing = { slot, epoch: 0, sequence: 0, changes: [] }
      if (told.kind === 'lost') return { ...nothing, kind: Kind.LOST }
      if (told.kind === 'elsewhere') return { ...nothing, kind: Kind.ELSEWHERE }
      const { epoch, sequence } = told.at
      const changes = told.changes.map(({ slot: _, ...change }) => JSON.stringify(change))
      return { slot, kind: Kind.CHANGES, epoch, sequence, changes }
    })
  }
}

/** @throws ProtocolViolationError, InvalidUserError */
export function unpackFollowed({ slots }: wire.Followed, slotCount: number): SlotChanges[] {
  atMost('slots', slots.length, SLOTS_MAX)
  return slots.map(({ slot: number, kind, epoch, sequence, changes }): SlotChanges => {
    const slot = checkedSlot(number, slotCount)
    if (kind === Kind.LOST) return { kind: 'lost', slot }
    if (kind === Kind.ELSEWHERE) return { kind: 'elsewhere', slot }
    atMost('changes', changes.length, CHANGES_MAX)
    const at = { epoch: safe('epoch', epoch), sequence: safe('sequence', sequence) }
    return { kind: 'changes', slot, at, changes: changes.map(json => unpackChange(slot, json)) }
  })
}

function unpackChange(slot: Slot, json: string): Change {
  const { type, id, version, user } = parsedObject('change', json)
  checkUserId(id)
  if (typeof version !== 'string') throw new ProtocolViolationError('A change without a version')
  atMost('version characters', version.length, VERSION_LENGTH_MAX)
  const of = { slot, id: id as string, version }
  if (type === 'delete') return { type, ...of }
  if ((type !== 'put' && type !== 'expire') || typeof user !== 'object' || user === null)
    throw new ProtocolViolationError(`A change of unknown kind ${JSON.stringify(type)}`)
  return { type, ...of, user: user as User }
}
