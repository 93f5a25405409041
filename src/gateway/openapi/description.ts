/**
 * What is said of a route, beside its handler. From this come /openapi.json, /docs and what the tests hold every answer
 * against. A route file exports one list of these, and `ROUTES` of app.ts names the list.
 */
import type { z } from 'zod'
import type { HttpErrorName } from '../problems.ts'
import type { AnswerHeader, RequestHeader } from './headers.ts'

/** In the order of /docs. */
export const TAGS = {
  Users: 'One user by its id. Every peer answers for every user, wherever the user is kept.',
  'Many users': 'Lists, counts, imports and exports: they go over all slots of the ring.',
  Ring: 'The ring as a whole: its peers, where a user lives, and what to do when a majority is lost for good.',
  Peer: 'The peer that is asked.',
  Health: 'For load balancers and people in a hurry. They answer also when the gateway is full.',
  Original:
    'The routes of the original, frozen as its clients know them. Decimal ids are canonical here: `007` is user `7`. Errors are `{"error": "…"}`.',
  Dashboard: 'The ring as a page for people.',
  Description: 'This description.'
} as const

export interface RouteDescription {
  readonly method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE'
  /** As `routesOf` writes it: `/v1/users/:id`. */
  readonly path: string
  /** Its name in programs that are made from the description: unique, and never changed. */
  readonly operation: string
  readonly tag: keyof typeof TAGS
  /** A few words, without a full stop. */
  readonly summary: string
  /** Sentences; what is code stands between backticks. */
  readonly detail?: string
  /** What checks the query. Members have a description, and an example if the curl line shall have one. */
  readonly query?: z.ZodObject
  readonly headers?: readonly RequestHeader[]
  readonly body?: RequestBody
  /** By status, all but errors. */
  readonly answers: { readonly [status: number]: Answer }
  /** Headers that any of its answers may carry, errors too. */
  readonly carries?: readonly AnswerHeader[]
  /** Besides those that `errorsOf` (route-errors.ts) finds by itself. */
  readonly errors?: readonly HttpErrorName[]
}

export interface RequestBody {
  /** Media types that are taken; the first is shown. */
  readonly types: readonly string[]
  /** What checks it. With an `id` in its meta it gets a name of its own, as do the schemas in it. */
  readonly schema: z.ZodType
  /** A string as it is, anything else as JSON. */
  readonly example: unknown
  /** It is read while it is answered, so that what is wrong with it comes too late for a status. @default false */
  readonly streamed?: boolean
}

export interface Answer {
  readonly what: string
  /** @default 'application/json' */
  readonly type?: string
  /** Of the body; without one there is none. A member that nobody described fails the tests. */
  readonly schema?: z.ZodType
  readonly example?: unknown
  readonly headers?: readonly AnswerHeader[]
}

const ANYTIME_ERRORS = [
  'InternalError',
  'StorageError',
  'StoreDamagedError',
  'UnavailableError',
  'NotRunningError'
] as const satisfies readonly HttpErrorName[]
/** Of whatever needs the peers that keep a user. */
export const READ_ERRORS = [...ANYTIME_ERRORS, 'TimeoutError'] as const
/** Of whatever changes something there. */
export const WRITE_ERRORS = [...ANYTIME_ERRORS, 'OutcomeUnknownError'] as const
