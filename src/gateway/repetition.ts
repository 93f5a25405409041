/** What the headers of a write say about its being sent again. */
import { IDEMPOTENCY_KEY_LENGTH_MAX } from '../constants.ts'
import { InvalidRequestError } from '../errors.ts'

/** Seconds: more of them are too many anyway. */
const IDEMPOTENCY_AGE = /^[0-9]{1,9}$/
const IDEMPOTENCY_KEY = /^[\x21-\x7e]+$/

export interface Repetition {
  readonly idempotencyKey: string | undefined
  readonly ageMs: number
}

/** @throws InvalidRequestError */
export function repetitionOf(headers: Headers, lengthMax = IDEMPOTENCY_KEY_LENGTH_MAX): Repetition {
  const idempotencyKey = headers.get('idempotency-key') ?? undefined
  if (idempotencyKey !== undefined && !isKey(idempotencyKey, lengthMax)) {
    throw new InvalidRequestError(
      `An Idempotency-Key is 1 to ${lengthMax} visible ASCII characters, and there is one of it; a UUID is good`
    )
  }
  return { idempotencyKey, ageMs: ageOf(headers, idempotencyKey) }
}

function isKey(key: string, lengthMax: number): boolean {
  return key.length <= lengthMax && IDEMPOTENCY_KEY.test(key)
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
