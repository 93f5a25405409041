/**
 * The bodies of answers as schemas. The types are those of `users/`; `exactly` lets neither side gain, lose or change a
 * member without the other. The texts are for whoever reads the description without the code.
 */
import { z } from 'zod'
import type { FoundPart } from '../../users/found.ts'
import type { HeartbeatResult } from '../../users/many-users.ts'
import type {
  LookupReport,
  PeerReport,
  RecoveryReport,
  RingReport,
  SelfReport,
  TaskReport
} from '../../users/ring-report.ts'
import { type Presence, type Profile, STATUSES, type User } from '../../users/user.ts'
import type { Problem } from '../problems.ts'

/** A type without `readonly`, which schemas do not know. */
type Plain<T> = unknown extends T
  ? T
  : T extends readonly (infer E)[]
    ? Plain<E>[]
    : T extends object
      ? { -readonly [K in keyof T]: Plain<T[K]> }
      : T
type Same<A, B> =
  (<X>() => X extends Plain<A> ? 1 : 2) extends <X>() => X extends Plain<B> ? 1 : 2 ? true : false

/** The schema, if its values are the T and nothing else; an error of the compiler otherwise. */
function exactly<T>() {
  return <S extends z.ZodType>(schema: Same<z.output<S>, T> extends true ? S : never): S => schema
}

const peer = z.string().describe('A PeerId')
const position = z.string().describe('Of the ring: 160 bits in hex')
const count = z.int().min(0)
const state = z.enum(['normal', 'joining', 'leaving'])
const time = z.iso.datetime()
const neighbour = z.object({ peer, position })

export const user = exactly<User>()(
  z
    .object({
      id: z.string(),
      status: z.enum(STATUSES),
      profile: z
        .custom<Profile>()
        .meta({ type: 'object', description: 'A JSON object, exactly as it was given' }),
      version: z.string().describe('Opaque; changes with every write, and is the ETag'),
      createdAt: time,
      updatedAt: time,
      expiresAt: time.nullable().describe('When the presence lease ends; null without one')
    })
    .meta({ id: 'User' })
)

export const presence = exactly<Presence>()(
  user.pick({ id: true, status: true, version: true, expiresAt: true }).meta({ id: 'Presence' })
)

export const task = exactly<TaskReport>()(
  z
    .object({
      id: z.string().describe('Of this start of the peer'),
      kind: z.enum(['leave', 'recovery', 'placement', 'snapshot-in', 'snapshot-out']),
      state: z.enum(['running', 'done', 'failed']),
      startedAt: time,
      endedAt: time.nullable(),
      progress: z
        .object({ done: z.number(), total: z.number().nullable(), unit: z.enum(['slots', 'rows']) })
        .nullable(),
      detail: z.string().describe('For people; of what failed, why')
    })
    .meta({ id: 'Task' })
)
export const tasks = z.object({ items: z.array(task) })

export const userPage = z
  .object({ items: z.array(user), next: z.string().nullable().describe('The cursor of the next page') })
  .meta({ id: 'UserPage' })
export const userCount = z.object({ count })
export const heartbeats = z.object({
  items: z.array(
    exactly<HeartbeatResult>()(
      z
        .union([
          presence.extend({ result: z.literal('renewed').describe('Or another: see above') }),
          z.object({ id: z.string(), result: z.enum(['missing', 'no-lease']) }),
          z.object({
            id: z.string(),
            result: z.literal('failed'),
            error: z.string().describe('Name of the error'),
            detail: z.string()
          })
        ])
        .meta({ id: 'HeartbeatResult' })
    )
  )
})
export const found = exactly<FoundPart>()(
  z.object({
    items: z.array(user),
    missing: z.array(z.string()).describe('Ids of which there are none'),
    unread: z.array(z.string()).describe('Ids for which the answer had no room: ask for them again')
  })
)

export const problem = exactly<Omit<Problem, 'current'> & { readonly current?: User | null }>()(
  z
    .object({
      type: z.string().describe('Of the kind of error; never changes'),
      title: z.string().describe('Of the kind of error; never changes'),
      status: z.int(),
      detail: z.string().describe('Names the value that was wrong, and what to do'),
      instance: z.string().describe('The Request-Id'),
      errors: z
        .array(z.object({ path: z.string(), message: z.string() }))
        .exactOptional()
        .describe('Field by field, of an invalid user'),
      current: user
        .nullable()
        .exactOptional()
        .describe('When a condition did not hold: the user as it is, or null'),
      limit: z.number().exactOptional().describe('The limit that was passed')
    })
    .meta({ id: 'Problem', description: 'An error (RFC 9457)' })
)

export const originalError = z
  .object({ error: z.string().describe('What is wrong, and what to do') })
  .meta({ id: 'OriginalError', description: 'An error of the routes of the original' })

export const statusAnswer = z.object({ status: z.enum(STATUSES) })
export const success = z.object({ success: z.literal(true) })

const peerReport = exactly<PeerReport>()(
  z
    .object({
      peer,
      self: z.boolean().describe('Whether it is the one that was asked'),
      status: z.enum(['up', 'suspect', 'down']),
      state,
      addresses: z.array(z.string()).describe('Multiaddrs'),
      positions: z.array(position).describe('Of its ring nodes'),
      owns: z.number().min(0).max(1).describe('Part of the ring that its ring nodes own'),
      slots: count.describe('Slots of which it is a member'),
      leads: count.describe('Those of them that it leads'),
      users: count.describe('In the slots that it leads')
    })
    .meta({ id: 'PeerReport' })
)

export const ringReport = exactly<RingReport>()(
  z
    .object({
      id: z.string().describe('The ring id, 32 hex digits'),
      ready: z
        .boolean()
        .describe(
          'Every ring node agrees with its neighbours, and every slot has a leader that a majority follows and all its copies'
        ),
      problems: z
        .array(z.object({ code: z.string(), detail: z.string() }))
        .describe('Why it is not ready: `code` is stable, `detail` is for people'),
      replicas: count.describe('Copies that each user has'),
      slots: count,
      virtualNodes: count.describe('Ring nodes of each peer'),
      users: count,
      underReplicated: count.describe(
        'Slots with fewer complete copies than `replicas`, or than there are peers'
      ),
      withoutMajority: count.describe(
        'Slots that nobody answers for: no leader is followed by a majority of their members'
      ),
      peers: z.array(peerReport).describe('In ring order of their first ring node')
    })
    .meta({ id: 'RingReport' })
)

export const lookupReport = exactly<LookupReport>()(
  z
    .object({
      id: z.string().describe('Of the user'),
      key: position,
      slot: count,
      owner: peer.describe('Who should lead the slot'),
      view: z
        .object({ epoch: count, members: z.array(peer), leader: peer })
        .nullable()
        .describe('Who holds the slot, and which of them leads it; null when nobody could be asked'),
      hops: z
        .array(z.object({ peer, position, ms: z.number().min(0), reason: z.string() }))
        .describe('Peers asked to find the owner, in order. `reason`: why this one, or why it did not help')
    })
    .meta({ id: 'LookupReport' })
)

export const selfReport = exactly<SelfReport>()(
  z
    .object({
      peer,
      ring: z.string().describe('The ring id, 32 hex digits'),
      state: z
        .enum([...state.options, 'client'])
        .describe('`client`: it is no peer of the ring, has no neighbours in it and no slots'),
      addresses: z.array(z.string()).describe('Multiaddrs'),
      position: position.nullable().describe('Of its first ring node; null of a client'),
      predecessor: neighbour.nullable(),
      successors: z.array(neighbour),
      fingers: z.array(z.object({ index: count, start: position, peer, position })),
      slots: z.array(
        z.object({ slot: count, epoch: count, role: z.enum(['leader', 'member']), members: z.array(peer) })
      )
    })
    .meta({ id: 'SelfReport' })
)

export const recoveryReport = exactly<RecoveryReport>()(
  z
    .object({
      peer,
      recovered: z.array(count).describe("Slots that go on from this peer's copy"),
      users: count.describe('In these slots'),
      elsewhere: z.array(count).describe('Slots without a majority of which this peer has no copy')
    })
    .meta({ id: 'RecoveryReport' })
)

export const leaving = z.object({
  peer,
  state,
  slotsLeft: count.describe('Slots that it still has to hand over'),
  watch: z.string().describe('Where to look how far it is'),
  detail: z.string()
})

export const versionAnswer = z.object({
  name: z.literal('anillo'),
  version: z.string(),
  api: z.literal('v1')
})
