/** One request to a gateway, as a careful client makes it: what came of it is an answer, or that there was none. */

/** A gateway that is paused answers nobody; longer than it lets an operation take, and one that hangs is left. */
const REQUEST_TIMEOUT_MS = 12_000

export interface GatewayRequest {
  readonly method: 'GET' | 'PUT' | 'PATCH' | 'DELETE'
  /** From the first slash. */
  readonly path: string
  readonly headers?: Record<string, string>
  readonly body?: unknown
}

export interface GatewayAnswer {
  readonly status: number
  readonly headers: Headers
  /** Undefined when there is none. */
  readonly body: unknown
}

/** Undefined: no answer, since the gateway died or hangs; the request may have been executed. */
export async function ask(
  gateway: string,
  { method, path, headers, body }: GatewayRequest
): Promise<GatewayAnswer | undefined> {
  try {
    const response = await fetch(gateway + path, {
      method,
      headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      ...(body !== undefined && { body: JSON.stringify(body) })
    })
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? undefined : JSON.parse(text)
    }
  } catch {
    return undefined
  }
}

export function userPath(id: string): string {
  return `/v1/users/${encodeURIComponent(id)}`
}
