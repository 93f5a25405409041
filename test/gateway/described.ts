/** Answers held against the OpenAPI description: status, headers, media type and every member of a body. */
import assert from 'node:assert/strict'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { ROUTES } from '../../src/gateway/app.ts'
import { type Method, type Operation, openApiOf } from '../../src/gateway/openapi/openapi.ts'

/** As a gateway without tokens gives it, and one with tokens. */
export const DOCUMENT = openApiOf(ROUTES, { version: '1.2.3', guarded: false })
export const GUARDED = openApiOf(ROUTES, { version: '1.2.3', guarded: true })

/** Of answers that no route gives: to OPTIONS, other methods, other paths, at the door, and when the gateway is full. */
const STATUSES_OF_NO_ROUTE = [204, 401, 403, 404, 405, 429, 503]
/** Of the transport, of the negotiation, and of what `Allow` is for. */
const HEADERS_OF_HTTP = /^(content-(type|length)|allow|vary|access-control-.+)$/

const PATHS = Object.keys(DOCUMENT.paths).map(path => ({
  path,
  pattern: new RegExp(
    `^${path
      .replaceAll('.', '\\.')
      .replace('{id}', '[^/]*')
      .replace(/\{\w+\}/g, '[^/]+')}$`
  )
}))

/** A copy in which a member that nobody described is an error. What is published lets callers pass over new ones. */
const closed = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(closed)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).map(([name, member]) => [
    name,
    name === 'allOf' || name === 'example' ? member : closed(member)
  ])
  const open = 'properties' in value && !('additionalProperties' in value)
  return { ...Object.fromEntries(members), ...(open && { additionalProperties: false }) }
}
const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true })
ajv.addSchema(closed(GUARDED) as object, 'anillo') // which has all that the other has
const validators = new Map<string, ValidateFunction>()

/** Fails unless the value fits the schema that is at these members of the document. */
export function assertFits(value: unknown, ...pointer: string[]): void {
  const escaped = pointer.map(part => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')))
  const reference = `anillo#/${escaped.join('/')}`
  const validate = validators.get(reference) ?? ajv.compile({ $ref: reference })
  validators.set(reference, validate)
  assert.ok(
    validate(value),
    `${pointer.join(' ')}: ${ajv.errorsText(validate.errors)}: ${JSON.stringify(value)}`
  )
}

/** The described path that takes the request's, and the operation, if the path has the method. */
export function describedAs(
  method: string,
  pathname: string,
  guarded = false
): { path: string; operation: Operation } | undefined {
  const path = PATHS.find(({ pattern }) => pattern.test(pathname))?.path
  if (path === undefined) return undefined
  const operation = (guarded ? GUARDED : DOCUMENT).paths[path]?.[methodOf(method)]
  return operation && { path, operation }
}

/** Of HEAD it is what is said of GET. */
function methodOf(method: string): Method {
  return (method === 'HEAD' ? 'get' : method.toLowerCase()) as Method
}

/** Leaves the body unread. */
export async function assertDescribed(request: Request, response: Response, guarded = false): Promise<void> {
  const { status, headers } = response
  const asked = `${request.method} ${new URL(request.url).pathname}: ${status}`
  const found = describedAs(request.method, new URL(request.url).pathname, guarded)
  if (found === undefined) {
    assert.ok(STATUSES_OF_NO_ROUTE.includes(status), `${asked} to what no route describes`)
    return
  }
  const { path, operation } = found
  const described = operation.responses[status]
  assert.ok(
    described,
    `${asked} is not described: add it to the answers or errors of ${operation.operationId}`
  )
  const names = Object.keys(described.headers ?? {}).map(name => name.toLowerCase())
  for (const name of headers.keys()) {
    if (!HEADERS_OF_HTTP.test(name)) assert.ok(names.includes(name), `${asked} has ${name}, not described`)
  }
  const type = headers.get('content-type')?.split(';')[0]
  const types = Object.keys(described.content ?? {})
  assert.ok(
    type === undefined ? types.length === 0 : types.includes(type),
    `${asked} is ${type}, not ${types}`
  )
  if (type === undefined || !/[/+]json$/.test(type) || request.method === 'HEAD') return
  const body = await response.clone().json()
  assertFits(
    body,
    'paths',
    path,
    methodOf(request.method),
    'responses',
    `${status}`,
    'content',
    type,
    'schema'
  )
}
