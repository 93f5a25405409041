/** The shapes of what callers send, as zod schemas: they validate, and describe the same in words of their own. */
import { z } from 'zod'
import {
  BATCH_IDS_MAX,
  LEASE_MAX_MS,
  LEASE_MIN_MS,
  PAGE_USERS_MAX,
  PROFILE_BYTES_MAX,
  USER_ID_BYTES_MAX
} from '../constants.ts'
import { formatDuration, parseDuration } from '../duration.ts'
import { InvalidRequestError, InvalidUserError } from '../errors.ts'
import { IMPORT_MODES } from '../users/many-users.ts'
import { type Profile, STATUSES } from '../users/user.ts'
import { RING_EVENT_TYPES } from './event-feed.ts'

const STATUS_NAMES = STATUSES.map((name, number) => `${name} (${number})`).join(', ')

/** Of the bounds too: of a number that is out of them zod says what they say, and not what the union says. */
const NO_STATUS = {
  abort: true,
  error: ({ input }: { readonly input?: unknown }) =>
    input === undefined
      ? `A status is missing: one of ${STATUS_NAMES}`
      : `A status is one of ${STATUS_NAMES}; this one is ${JSON.stringify(input)}`
}
const STATUS_MAX = STATUSES.length - 1
const status = z
  .union([z.enum(STATUSES), z.int(NO_STATUS).min(0, NO_STATUS).max(STATUS_MAX, NO_STATUS)], NO_STATUS)
  .describe(`A name or its number: ${STATUS_NAMES}`)

// Not z.record(): it rebuilds the object, and a profile is kept as it was given, a member named __proto__ too.
const profile = z
  .custom<Profile>(
    value => typeof value === 'object' && value !== null && !Array.isArray(value),
    'A profile is a JSON object; to empty it in a PATCH, set its members to null'
  )
  .meta({
    type: 'object',
    description: `Any JSON object of at most ${PROFILE_BYTES_MAX / 1024} KiB, kept as it is given`
  })

const TTL_BOUNDS = `${formatDuration(LEASE_MIN_MS)} to ${formatDuration(LEASE_MAX_MS)}`
/** Milliseconds, from a duration as people write it. */
const ttl = z
  .string({ error: 'A ttl is a duration such as "30s"' })
  .transform((text, context) => {
    const ms = parseDuration(text)
    if (ms !== undefined && ms >= LEASE_MIN_MS && ms <= LEASE_MAX_MS) return ms
    context.addIssue(`A ttl is a duration such as "30s", ${TTL_BOUNDS}; this one is ${JSON.stringify(text)}`)
    return z.NEVER
  })
  .describe(`Of a presence lease: a duration such as \`30s\`, ${TTL_BOUNDS}`)

export const putBody = z.strictObject({ status, profile: profile.optional(), ttl: ttl.optional() })
export const patchBody = z.strictObject({
  status: status.optional(),
  profile: profile.optional(),
  ttl: ttl.nullable().optional()
})
/** What an import reads of a line; what else an exported user has is left aside. */
export const importLine = z.looseObject({
  id: z.string(),
  status,
  profile: profile.optional(),
  ttl: ttl.nullish(),
  expiresAt: z.iso.datetime().nullish()
})
const ids = z.array(z.string('A user id is a string'), 'Give a list of user ids').max(BATCH_IDS_MAX, {
  error: ({ input }) => `Give at most ${BATCH_IDS_MAX} ids at once; these are ${(input as string[]).length}`
})
export const batchGetBody = z.strictObject({ ids })
export const heartbeatBody = z.strictObject({ ttl })
export const heartbeatsBody = z.strictObject({ ids, ttl })
/** The original looks at nothing but the status. */
export const statusBody = z.looseObject({ status })

const SLOT_WANTED = 'Give the number of a slot, or "all"'
export const recoveryBody = z.strictObject({
  slots: z
    .union([z.literal('all'), z.int(SLOT_WANTED).min(0, SLOT_WANTED)], SLOT_WANTED)
    .describe('All slots without a majority, or one of them'),
  from: z
    .string({ error: 'Give the id of the peer whose copies are to be taken for the truth' })
    .describe('The peer whose copies are taken for the truth: the one that is asked'),
  acceptDataLoss: z
    .literal(true, { error: 'Must be true: what that peer does not have is lost' })
    .describe('What that peer does not have is lost')
})

/** `?name`, `?name=1`, `?name=true`, or off. */
const flag = z
  .enum(['', '1', 'true', '0', 'false'])
  .transform(value => value === '' || value === '1' || value === 'true')

export const noQuery = z.strictObject({})
export const readQuery = z.strictObject({
  consistency: z
    .enum(['strong', 'stale'])
    .optional()
    .describe(
      '`strong`, the default, reflects every write acknowledged before; `stale` is what any replica has, and needs no majority'
    ),
  stale: flag.optional().describe('Short for `consistency=stale`')
})
export const lookupQuery = z.strictObject({
  trace: flag.optional().meta({ description: 'Gives the `hops` too', examples: ['1'] })
})
export const readyQuery = z.strictObject({
  verbose: flag.optional().meta({ description: 'Lists each check, also when all is well', examples: ['1'] })
})

const filter = {
  status: z.enum(STATUSES).optional().describe('Only users with this status'),
  prefix: z.string().max(USER_ID_BYTES_MAX).optional().describe('Only users whose id begins so')
}
const cursor = z.string().optional().describe('`next` of the page before, from whichever gateway')
export const countQuery = z.strictObject(filter)
export const listQuery = z.strictObject({
  ...filter,
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(PAGE_USERS_MAX)
    .optional()
    .describe('Users of the page; 100 if it is left out'),
  cursor
})
export const exportQuery = z.strictObject({ ...filter, cursor })
export const changesQuery = z.strictObject({
  since: z
    .string()
    .optional()
    .describe(
      '`now`, the default: what happens from now on; `0`: all users as they are, then what happens; `reset`: the same, with a `reset` before each slot; or the `id` of an event'
    ),
  ids: z.string().optional().describe('Only of these users: ids with commas between, each percent-encoded'),
  status: z.enum(STATUSES).optional().describe('Only of users that have this status then; deletes always')
})
export const eventsQuery = z.strictObject({
  types: z
    .string()
    .transform(text => text.split(','))
    .pipe(z.array(z.enum(RING_EVENT_TYPES)))
    .optional()
    .meta({
      description: `Only these, with commas between: ${RING_EVENT_TYPES.map(type => `\`${type}\``).join(', ')}`
    })
})
export const importQuery = z.strictObject({
  mode: z
    .enum(IMPORT_MODES)
    .default('upsert')
    .describe(
      '`upsert` creates or replaces, `create` refuses users that there are, `skip` leaves them as they are'
    )
})

/** @throws InvalidUserError lists every field that is wrong, and every unknown member */
export function checkBody<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body)
  if (result.success) return result.data
  const issues = result.error.issues.flatMap(issue =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map(path => ({
          path,
          message: 'Not a member that can be set; the members are status, profile and ttl'
        }))
      : [
          {
            path: issue.path.join('.'),
            message: issue.path.length === 0 ? 'The body is a JSON object' : issue.message
          }
        ]
  )
  throw new InvalidUserError(
    issues.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join('; '),
    {
      issues
    }
  )
}

/** A body that is no user. @throws InvalidRequestError names what is wrong */
export function checkRequest<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body)
  if (result.success) return result.data
  const wrong = result.error.issues.map(({ path, message }) => `${path.join('.') || 'the body'}: ${message}`)
  throw new InvalidRequestError(wrong.join('; '))
}

/** @throws InvalidRequestError names the parameter that is unknown, repeated or has no such value */
export function checkQuery<T>(schema: z.ZodType<T>, parameters: URLSearchParams): T {
  const names = [...parameters.keys()]
  const repeated = names.find((name, index) => names.indexOf(name) < index)
  if (repeated !== undefined) throw new InvalidRequestError(`The query parameter ${repeated} is given twice`)
  const result = schema.safeParse(Object.fromEntries(parameters))
  if (result.success) return result.data
  const [issue] = result.error.issues
  if (issue?.code === 'unrecognized_keys') {
    throw new InvalidRequestError(`This path knows no query parameter ${issue.keys.join(', ')}`)
  }
  const name = String(issue?.path[0])
  throw new InvalidRequestError(
    `The query parameter ${name} cannot be "${parameters.get(name)}": ${issue?.message}`
  )
}
