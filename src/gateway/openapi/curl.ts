/** An operation as a command line that can be pasted into a shell. */
import type { Method, Operation } from './openapi.ts'

/** Stands for the origin of the peer that is to be asked, between single quotes; no name is ever `.invalid` (RFC 6761). */
export const ORIGIN = 'http://peer.invalid'

export function curlOf(path: string, method: Method, operation: Operation): string {
  const { parameters = [], requestBody, security } = operation
  const example = (name: string, where: string): string | undefined => {
    const found = parameters.find(parameter => parameter.in === where && parameter.name === name)
    return found?.schema.examples?.map(String)[0]
  }
  const query = parameters.flatMap(({ name, in: where }) => {
    const value = where === 'query' ? example(name, where) : undefined
    return value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`]
  })
  const filled = path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(example(name, 'path') ?? name))
  const url = ORIGIN + filled + (query.length === 0 ? '' : `?${query.join('&')}`)
  const [type, content] = Object.entries(requestBody?.content ?? {})[0] ?? []
  const lines = [
    `curl${method === 'get' ? '' : ` -X ${method.toUpperCase()}`} ${quoted(url)}`,
    ...(security === undefined ? [] : ['-H "Authorization: Bearer $ANILLO_TOKEN"']),
    ...(type === undefined ? [] : [`-H ${quoted(`Content-Type: ${type}`)}`]),
    ...(content === undefined ? [] : [dataOf(content.example)])
  ]
  return lines.join(' \\\n  ')
}

/** A body that is not one JSON value is sent as it stands: -d would take the ends of its lines out. */
function dataOf(example: unknown): string {
  return typeof example === 'string'
    ? `--data-binary ${quoted(example)}`
    : `-d ${quoted(JSON.stringify(example))}`
}

/** One word to a POSIX shell, whatever is in it. */
function quoted(text: string): string {
  return `'${insideQuotes(text)}'`
}

/** The same between single quotes that are there already. */
export function insideQuotes(text: string): string {
  return text.replaceAll("'", "'\\''")
}
