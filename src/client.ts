/**
 * The HTTP client: the same `Users` as inside a peer, over the gateways of any peers. `fetch` and nothing else, so
 * that it runs in browsers, workers and Node. Errors are the classes of errors.ts, as the gateway named them.
 */
import './shim.ts'
import { bodyOf } from './client/answer.ts'
import { Gateways } from './client/gateways.ts'
import { ManyOverHttp } from './client/many.ts'
import { IDEMPOTENCY_KEY_LENGTH_MAX, USERS_TIMEOUT_MS } from './constants.ts'
import { formatDuration } from './duration.ts'
import {
  type AnilloError,
  assert,
  ConfigurationError,
  errorName,
  InvalidRequestError,
  InvalidUserError
} from './errors.ts'
import { type Clock, systemClock } from './runtime.ts'
import type { ImportOptions, ImportResult } from './users/many-users.ts'
import type { LookupReport, RingReport, SelfReport } from './users/ring-report.ts'
import {
  checkTtl,
  checkUserId,
  type Presence,
  type User,
  type UserInput,
  type UserPatch
} from './users/user.ts'
import type { CallOptions, SetOptions, Users } from './users/users.ts'

export interface ClientOptions {
  /** Base URL of a gateway, or of several of the same ring: when one fails, the next is asked. */
  readonly url: string | readonly string[]
  /**
   * Where the gateways have tokens: one of them, or what gives the present one, which is asked once for each call.
   * It is sent to every URL above, so give no http:// ones beyond this machine.
   * @default none is sent
   */
  readonly token?: string | (() => string | undefined | Promise<string | undefined>) | undefined
  /** A call as a whole, all tries together. @default 25_000 */
  readonly timeoutMs?: number | undefined
  /** @default globalThis.fetch; a gateway's own `fetch` does as well */
  readonly fetch?: ((request: Request) => Promise<Response>) | undefined
}

export interface Client extends Users {
  /**
   * As `import`, of lines of NDJSON as they are in a file: one that is broken harms only itself. Blank ones are counted and
   * have no result. An error in the place of a line is why it could not be read, and becomes its result.
   */
  importLines(
    lines: Iterable<string | AnilloError> | AsyncIterable<string | AnilloError>,
    options?: ImportOptions
  ): AsyncIterable<ImportResult>
  /** Peers, slots and health of the ring. */
  ring(options?: CallOptions): Promise<RingReport>
  /** Where a user is. `hops` is empty without `trace`. @default { trace: false } */
  lookup(id: string, options?: CallOptions & { readonly trace?: boolean | undefined }): Promise<LookupReport>
  /** The peer that answers, as it sees itself. */
  peer(options?: CallOptions): Promise<SelfReport>
}

/** Half of it, which one of several gateways gets, is longer than an operation may last there: it is to say what came of it. */
const TIMEOUT_DEFAULT_MS = 25_000
assert(TIMEOUT_DEFAULT_MS / 2 > USERS_TIMEOUT_MS, 'a gateway must have time to say what came of a write')
/** An entity tag cannot hold more; no version of anillo's has any other. */
const VERSION = /^[\x21\x23-\x7e]+$/

const IDEMPOTENCY_KEY = new RegExp(`^[\\x21-\\x7e]{1,${IDEMPOTENCY_KEY_LENGTH_MAX}}$`)

/** The system's clock, except that its timers keep a process alive: somebody is waiting for the call. */
const clock: Clock = {
  ...systemClock,
  timer(ms, fire) {
    const handle = setTimeout(fire, ms)
    return { cancel: () => clearTimeout(handle) }
  }
}

/** Makes no connection by itself. @throws ConfigurationError a URL that is none, or no URL at all */
export function createClient(options: ClientOptions): Client {
  const urls = [options.url].flat().map(baseUrl)
  if (urls.length === 0) throw new ConfigurationError('A client needs the URL of at least one gateway')
  const { token } = options
  if (typeof token === 'string') checkToken(token)
  const gateways = new Gateways({
    urls,
    token: async () => checkToken(typeof token === 'function' ? await token() : token),
    timeoutMs: options.timeoutMs ?? TIMEOUT_DEFAULT_MS,
    fetch: options.fetch ?? (request => globalThis.fetch(request)),
    clock
  })

  const many = new ManyOverHttp(gateways, clock, randomKey)
  const show = <T>(path: string, { signal }: CallOptions) =>
    gateways.call({ method: 'GET', path, signal }, bodyOf<T>)

  return {
    get: async (id, { consistency, signal } = {}) => {
      const path = userPath(id) + (consistency === 'stale' ? '?consistency=stale' : '')
      return orWhenAbsent(gateways.call({ method: 'GET', path, signal }, bodyOf<User>), undefined)
    },
    set: async (id, input, options = {}) => {
      const call = writeCall(id, options, 'application/json')
      return gateways.call({ method: 'PUT', body: writeBody(input), ...call }, bodyOf<User>)
    },
    patch: async (id, patch, options = {}) => {
      const call = writeCall(id, options, 'application/merge-patch+json')
      return gateways.call({ method: 'PATCH', body: writeBody(patch), ...call }, bodyOf<User>)
    },
    heartbeat: async (id, ttlMs, { signal } = {}) => {
      const body = JSON.stringify({ ttl: formatDuration(checkTtl(ttlMs)) })
      const headers = { 'Content-Type': 'application/json' }
      const path = `${userPath(id)}/heartbeat`
      return gateways.call({ method: 'POST', path, headers, body, signal }, bodyOf<Presence>)
    },
    delete: async (id, options = {}) => {
      return orWhenAbsent(
        gateways.call({ method: 'DELETE', ...writeCall(id, options) }, async () => true),
        false
      )
    },
    getMany: (ids, options) => many.getMany(ids, options),
    heartbeatMany: (ids, ttlMs, options) => many.heartbeatMany(ids, ttlMs, options),
    page: options => many.page(options),
    list: options => many.list(options),
    watch: options => many.watch(options),
    count: options => many.count(options),
    import: (items, options) => many.import(items, options),
    importLines: (lines, options) => many.importLines(lines, options),
    ring: (options = {}) => show<RingReport>('/v1/ring', options),
    lookup: async (id, { trace, signal } = {}) =>
      show<LookupReport>(`/v1/ring/lookup/${encodeId(id)}${trace ? '?trace=1' : ''}`, { signal }),
    peer: (options = {}) => show<SelfReport>('/v1/peer', options)
  }
}

async function orWhenAbsent<T, A>(call: Promise<T>, absent: A): Promise<T | A> {
  try {
    return await call
  } catch (error) {
    if (errorName(error) === 'NotFoundError') return absent
    throw error
  }
}

function baseUrl(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (
    parsed === undefined ||
    !/^https?:$/.test(parsed.protocol) ||
    parsed.search ||
    parsed.hash ||
    parsed.username
  ) {
    throw new ConfigurationError(`"${url}" is not the URL of a gateway; one looks like http://127.0.0.1:5000`)
  }
  return parsed.href.replace(/\/$/, '')
}

/** What a header can hold (RFC 6750), and not what is wrong with it: it is secret. */
const TOKEN = /^[A-Za-z0-9._~+/-]+=*$/

function checkToken(token: string | undefined): string | undefined {
  if (token === undefined || TOKEN.test(token)) return token
  throw new ConfigurationError(
    'This is no token: one is letters, digits, - . _ ~ + / and = at the end, without spaces'
  )
}

function userPath(id: string): string {
  return `/v1/users/${encodeId(id)}`
}

/** @throws InvalidUserError what is no user id, and the two ids that a URL cannot hold */
function encodeId(id: string): string {
  checkUserId(id)
  if (id === '.' || id === '..') {
    const message = `The user id ${id} cannot be sent over HTTP: URLs give it another meaning, however it is encoded`
    throw new InvalidUserError(message, { issues: [{ path: 'id', message }] })
  }
  return encodeURIComponent(id)
}

/** @throws InvalidUserError names the bounds of a lease */
function writeBody({ status, profile, ttlMs }: UserInput | UserPatch): string {
  const ttl = ttlMs == null ? ttlMs : formatDuration(checkTtl(ttlMs))
  return JSON.stringify({ status, profile, ttl }) // a user that was read may be written back, whatever else it has
}

/** What is the same of every write, whatever its method and body. */
function writeCall(id: string, options: SetOptions, contentType?: string) {
  const { ageMs = 0, signal } = options
  if (!(ageMs >= 0)) throw new InvalidRequestError(`An age is 0 or more milliseconds; this one is ${ageMs}`)
  return { path: userPath(id), headers: writeHeaders(options, contentType), ageMs, signal }
}

function writeHeaders(options: SetOptions, contentType?: string): Record<string, string> {
  const { ifVersion, ifAbsent, idempotencyKey } = options
  if (ifVersion !== undefined && !VERSION.test(ifVersion)) {
    throw new InvalidRequestError(`${JSON.stringify(ifVersion)} is no version; take it from a user as it is`)
  }
  if (idempotencyKey !== undefined && !IDEMPOTENCY_KEY.test(idempotencyKey)) {
    throw new InvalidRequestError(
      `An idempotency key is 1 to ${IDEMPOTENCY_KEY_LENGTH_MAX} visible ASCII characters`
    )
  }
  return {
    'Idempotency-Key': idempotencyKey ?? randomKey(),
    ...(contentType !== undefined && { 'Content-Type': contentType }),
    ...(ifVersion !== undefined && { 'If-Match': `"${ifVersion}"` }),
    ...(ifAbsent && { 'If-None-Match': '*' })
  }
}

/** Not crypto.randomUUID(), which browsers have on https pages only. */
function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')
}
