/** How strongly a read was asked for. */
import { InvalidRequestError } from '../errors.ts'
import { checkQuery, readQuery } from './schemas.ts'

/** @throws InvalidRequestError */
export function consistencyOf(parameters: URLSearchParams): 'strong' | 'stale' {
  const { consistency, stale } = checkQuery(readQuery, parameters)
  if (consistency === undefined) return stale ? 'stale' : 'strong'
  if (stale !== undefined && stale !== (consistency === 'stale')) {
    throw new InvalidRequestError(`The query says both stale and consistency=${consistency}; say one of them`)
  }
  return consistency
}
