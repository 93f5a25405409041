/** What a gateway answered: its body, or the error that its problem document names. */
import { type AnilloError, ConfigurationError, errorByName, nameOfProblem } from '../errors.ts'

/** @throws ConfigurationError something other than JSON was answered */
export async function bodyOf<T>(response: Response): Promise<T> {
  if (response.headers.get('content-type')?.startsWith('application/json'))
    return (await response.json()) as T
  throw noGateway(response)
}

/** @throws ConfigurationError something other than lines of JSON was answered */
export function checkLines(response: Response): void {
  if (!response.headers.get('content-type')?.startsWith('application/x-ndjson')) throw noGateway(response)
}

/** The error of an answer that is not a success. @throws Error a server in between failed, which says nothing */
export async function errorOf(response: Response): Promise<AnilloError> {
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json')
  const problem = isProblem ? ((await response.json()) as Record<string, unknown>) : {}
  const name = nameOfProblem(problem.type)
  if (name === undefined && response.status >= 500) throw new Error(`it answered ${response.status}`)
  if (name === undefined) return noGateway(response)
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
  return errorByName(name, String(problem.detail), {
    retryAfterMs: Number.isFinite(seconds) ? Math.max(0, seconds * 1000) : undefined,
    issues: Array.isArray(problem.errors) ? problem.errors : undefined,
    current: problem.current ?? undefined,
    limit: typeof problem.limit === 'number' ? problem.limit : undefined
  })
}

function noGateway(response: Response): ConfigurationError {
  const type = response.headers.get('content-type') ?? 'no content type'
  return new ConfigurationError(
    `${response.url || 'The URL'} answered ${response.status} with ${type}: is an anillo gateway there?`
  )
}
