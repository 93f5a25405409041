/** The headers of requests and answers, described once. */
import { z } from 'zod'
import { IDEMPOTENCY_OUTCOMES_MAX, IDEMPOTENCY_WINDOW_MS } from '../../constants.ts'

export interface RequestHeader {
  readonly name: string
  readonly what: string
  readonly schema: z.ZodType
}

const ETAG = '"3.41"'

export const IF_MATCH: RequestHeader = {
  name: 'If-Match',
  what: 'Only if the user has this version: one ETag, in its quotes. Compared strongly, so `W/"3.41"` never holds',
  schema: z.string().meta({ examples: [ETAG] })
}

export const IF_MATCH_READ: RequestHeader = {
  name: 'If-Match',
  what: '412 unless the user has one of these versions; goes before `If-None-Match`',
  schema: z.string().meta({ examples: [ETAG] })
}

export const IF_NONE_MATCH_READ: RequestHeader = {
  name: 'If-None-Match',
  what: '304 without a body while the user still has one of these versions',
  schema: z.string().meta({ examples: [ETAG] })
}

export const IF_ABSENT: RequestHeader = {
  name: 'If-None-Match',
  what: 'Only if there is no such user: of any number of racing requests at any gateways exactly one creates',
  schema: z.literal('*')
}

export const LAST_EVENT_ID: RequestHeader = {
  name: 'Last-Event-ID',
  what: 'As `since`, and before it: what an EventSource sends by itself when it comes back',
  schema: z.string().meta({ examples: ['AS-RwE4BAgM'] })
}

/** `pattern`: what the gateway takes. */
export function idempotencyHeaders(pattern: { key: RegExp; age: RegExp }): readonly RequestHeader[] {
  return [
    {
      name: 'Idempotency-Key',
      what: `A name for this write, such as a UUID. Repeated with it within ${IDEMPOTENCY_WINDOW_MS / 60_000} minutes it is done once and answered again, while it is among the last ${IDEMPOTENCY_OUTCOMES_MAX} writes of the user`,
      schema: z
        .string()
        .regex(pattern.key)
        .meta({ examples: ['0b2c1d8e-7a51-4d0f-9f59-3f0d1f2f3a4b'] })
    },
    {
      name: 'Idempotency-Age',
      what: 'Of a repeated write: whole seconds, rounded up (0 says that it is new), since it was first sent with its key. One that could have been done and forgotten is then refused with 409',
      schema: z
        .string()
        .regex(pattern.age)
        .meta({ examples: ['12'] })
    }
  ]
}

export const ANSWER_HEADERS = {
  ETag: 'The version of the user, in quotes',
  Link: 'The next page (RFC 8288); none after the last',
  Location: 'Where to look next',
  'Ring-Owner':
    "The peer that leads the user's slot; in a stale answer the last that is known to have led it",
  'Ring-Hops': "Peers asked on the way; 0: the gateway's own",
  'Ring-Consistency': '`strong` or `stale`',
  'Ring-Age':
    'Of a stale answer: milliseconds since its replica last heard of the leader, if it has heard of one since its peer started',
  'Idempotency-Replayed': '`true` when the write had been done before, with this key',
  'Retry-After': 'Seconds to wait before trying again',
  'WWW-Authenticate': 'What kind of token is wanted, and why this one was not enough (RFC 6750)',
  'Content-Security-Policy':
    'What the page may load: from this peer what it is made of, and nothing from anywhere else',
  'Referrer-Policy': '`no-referrer`',
  'X-Accel-Buffering': '`no`: proxies are not to hold events back',
  'Request-Id': 'Of this request',
  'Server-Timing': '`total;dur=` the milliseconds that the gateway took',
  Vary: '`Origin`, when the peer was started with an origin of web pages by its name; not with `*` alone',
  'Cache-Control': '`no-cache` for what its ETag revalidates, else `no-store`',
  'X-Content-Type-Options': '`nosniff`'
} as const
export type AnswerHeader = keyof typeof ANSWER_HEADERS

/** What every answer carries. */
export const EVERY_ANSWER = [
  'Request-Id',
  'Server-Timing',
  'Cache-Control',
  'X-Content-Type-Options'
] as const satisfies readonly AnswerHeader[]
/** How an answer on users came about. */
export const ROUTE_HEADERS = [
  'Ring-Owner',
  'Ring-Hops',
  'Ring-Consistency',
  'Ring-Age'
] as const satisfies readonly AnswerHeader[]
