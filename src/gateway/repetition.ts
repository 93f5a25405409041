/** What the headers of a write say about its being sent again. */
import { IDEMPOTENCY_KEY_LENGTH_MAX } from '../constants.ts'
import { InvalidRequestError } from '../errors.ts'

/** Seconds: more of them are too many anyway. */
export const IDEMPOTENCY_AGE = /^[0-9]{1,9}$/
export const IDEMPOTENCY_KEY = keyUpTo(IDEMPOTENCY_KEY_LENGTH_MAX)

export function keyUpTo(length: number): RegExp {
  return new RegExp(`^[\\x21-\\x7e]{1,${length}}$`)
}

export interface Repetition {
  readonly idempotencyKey: string | undefined
  readonly ageMs: number
}

/** @throws InvalidRequestError */
export function repetitionOf(headers: Headers, lengthMax = IDEMPOTENCY_KEY_LENGTH_MAX): Repetition {
  const idempotencyKey = headers.get('idempotency-key') ?? undefined
  if (idempotencyKey !== undefined && !keyUpTo(lengthMax).test(idempotencyKey)) {
    throw new InvalidRequestError(
      `An Idempotency-Key is 1 to ${lengthMax} visible ASCII characters, and there is one of it; a UUID is good`
    )
  }
  return { idempotencyKey, ageMs: ageOf(headers, idempotencyKey) }
}

/** The same after `ms`. What was new when it came is new: nobody can have executed it before. */
export function olderBy({ idempotencyKey, ageMs }: Repetition, ms: number): Repetition {
  return { idempotencyKey, ageMs: ageMs === 0 ? 0 : ageMs + ms }
}

/** How long ago the caller first sent the write, ms. @throws InvalidRequestError */
function ageOf(headers: Headers, idempotencyKey: string | undefined): number {
  const age = headers.get('idempotency-age')
  if (age === null) return 0
  if (idempotencyKey === undefined || !IDEMPOTENCY_AGE.test(age)) {
    throw new InvalidRequestError(
      'An Idempotency-Age is the whole seconds since the write was first sent, beside the Idempotency-Key that it was sent with'
    )
  }
  return Number(age) * 1_000
}
