/**
 * The gateway: HTTP as a web-standard function, so that it mounts in any server or edge runtime and is tested
 * without a socket. Here is what every request shares: its id, its deadline, the door, the bound on requests at once, and
 * that whatever happens inside becomes an answer.
 */
import { toString as text } from 'uint8arrays/to-string'
import { HTTP_ANSWER_TIMEOUT_MS, HTTP_INFLIGHT_MAX } from '../constants.ts'
import { BusyError, RequestTimeoutError } from '../errors.ts'
import { deadlineAfter, type Random } from '../runtime.ts'
import { createApp, routeOf } from './app.ts'
import { Cors } from './cors.ts'
import { crossSiteRefusal } from './cross-site.ts'
import { type Caller, Door, type Refusal } from './door.ts'
import type { Exchange, GatewayOptions } from './exchange.ts'
import { errorResponse } from './problems.ts'
import { RefusalLog } from './refusal-log.ts'
import { ALWAYS_ANSWERED } from './routes/metrics.ts'
import { Streams } from './streams.ts'

export interface Gateway {
  /** Ends answers that would go on for ever, and begins no more of them. */
  endStreams(): void
  /** Ends those answers whose callers the door would not let in any more. */
  reviewStreams(): void
  /** Always resolves, within HTTP_ANSWER_TIMEOUT_MS. */
  fetch(request: Request, caller?: Caller): Promise<Response>
}

/** A caller's own request id is taken when it can stand in a log and in a URI as it is. */
const REQUEST_ID = /^[A-Za-z0-9._-]{1,128}$/
const REQUEST_ID_BYTES = 12

export function createGateway(options: GatewayOptions): Gateway {
  const { clock, random, log } = options.runtime
  const { requests } = options.metrics
  const { door = new Door(clock), cors = new Cors() } = options
  const streams = new Streams()
  const app = createApp(options, streams)
  const refusals = new RefusalLog(clock, log)
  let inflight = 0

  function refusalOf(request: Request, url: URL, caller: Caller): Refusal | undefined {
    const refusal = door.refusal(request, url, caller)
    if (refusal !== undefined) return refusal
    const error = crossSiteRefusal(request, url, origin => cors.mayChange(origin, door.guarded))
    return error && { error, headers: {} }
  }

  async function answer(request: Request, exchange: Exchange, caller: Caller): Promise<Response> {
    const refusal = refusalOf(request, exchange.url, caller)
    if (refusal !== undefined) {
      refusals.note(refusal, request.method, exchange, caller)
      return errorResponse(refusal.error, exchange, refusal.headers)
    }
    const bounded = !ALWAYS_ANSWERED.has(exchange.url.pathname)
    if (bounded && inflight >= HTTP_INFLIGHT_MAX) {
      const busy = new BusyError(
        `This peer works on ${HTTP_INFLIGHT_MAX} requests already; nothing was written`
      )
      return errorResponse(busy, exchange)
    }
    if (bounded) inflight++
    try {
      return await app.fetch(request, exchange)
    } catch (error) {
      const gone = request.signal.aborted // nobody reads this answer, and it is no defect
      return errorResponse(gone ? new RequestTimeoutError('The caller went away') : error, exchange)
    } finally {
      if (bounded) inflight--
    }
  }

  return {
    endStreams: () => streams.close(),
    reviewStreams: () => streams.endUnless(request => door.stillAdmits(request, new URL(request.url))),
    async fetch(request, caller = {}) {
      const arrivedMs = clock.monotonic()
      requests.began()
      const requestId = requestIdOf(request.headers, random)
      using deadline = deadlineAfter(clock, HTTP_ANSWER_TIMEOUT_MS, request.signal)
      const url = new URL(request.url)
      // A browser asks for leave without the token that it would send.
      const response =
        cors.preflight(request) ??
        (await answer(request, { url, requestId, arrivedMs, signal: deadline.signal, log }, caller))
      const { headers } = response
      const { method } = request
      const ms = clock.monotonic() - arrivedMs
      requests.ended({ method, route: routeOf(app, method, url.pathname), status: response.status, ms })
      headers.set('Request-Id', requestId)
      headers.set('Server-Timing', `total;dur=${ms.toFixed(2)}`)
      headers.set('X-Content-Type-Options', 'nosniff')
      cors.mark(request.headers, headers)
      if (!headers.has('Cache-Control')) headers.set('Cache-Control', 'no-store')
      return method === 'HEAD' ? new Response(null, response) : response
    }
  }
}

function requestIdOf(headers: Headers, random: Random): string {
  const given = headers.get('request-id')
  return given !== null && REQUEST_ID.test(given) ? given : text(random.bytes(REQUEST_ID_BYTES), 'base16')
}
