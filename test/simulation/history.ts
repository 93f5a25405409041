/**
 * What clients asked of one user and what they were told: the material of the checkers. A call that was repeated with its
 * idempotency key is one call, from the first try to the last answer.
 */

/**
 * What a user is to the checkers: the marks of the writes that made it, `<last set>/<last patch since>`. Every write has
 * a mark of its own, so a state is never confused with another. Undefined: there is no such user.
 */
export type State = string | undefined

export type Request =
  | { readonly kind: 'get' }
  | { readonly kind: 'set'; readonly mark: string }
  /** Only if there is no such user. */
  | { readonly kind: 'create'; readonly mark: string }
  /** Only if the user is still in the state in which it had `version`. */
  | { readonly kind: 'replace'; readonly mark: string; readonly version: string; readonly expected: State }
  /** With `leases` it asks for a lease, which whoever is OFFLINE cannot have. */
  | { readonly kind: 'patch'; readonly mark: string; readonly leases?: boolean }
  | { readonly kind: 'delete' }

export type Answer =
  | { readonly kind: 'read'; readonly state: State; readonly version: string | undefined }
  /** Done as it was asked. Of a repeated call version and state are unknown: the answer has them as they were later. */
  | {
      readonly kind: 'done'
      readonly created?: boolean
      readonly state?: State
      readonly version?: string | undefined
    }
  /** Not done: what it was about was not there. */
  | { readonly kind: 'absent' }
  /** Not done: the condition did not hold. `state`: as it was then, or, when `later`, at some moment before the answer. */
  | {
      readonly kind: 'conflict'
      readonly state: State
      readonly version: string | undefined
      readonly later: boolean
    }
  /** Not done: the user was OFFLINE. */
  | { readonly kind: 'offline' }
  /** `done` or `absent`, and the answer does not say which. */
  | { readonly kind: 'gone' }
  /** It may have been done, or may be yet. */
  | { readonly kind: 'unknown' }
  /** Certainly never done. */
  | { readonly kind: 'rejected' }

export interface Call {
  readonly user: string
  readonly client: string
  readonly request: Request
  readonly calledMs: number
  /** When the answer came; of an unknown one when the client gave up. */
  readonly answeredMs: number
  /** Entries of the slot that were committed when the try was made that was answered. @default unknown */
  readonly committedBefore?: number
  readonly answer: Answer
  /** The idempotency key of writes. */
  readonly idempotencyKey?: string | undefined
}

/** The state after a write, in the order of {@link State}. */
export function stateAfter(request: Request, before: State): State {
  switch (request.kind) {
    case 'set':
    case 'create':
    case 'replace':
      return `${request.mark}/`
    case 'patch':
      return before === undefined ? undefined : `${before.slice(0, before.indexOf('/'))}/${request.mark}`
    case 'delete':
      return undefined
    case 'get':
      return before
  }
}

/** Whether `again`, of the same call sent again with its key, says what the answer had said; or nothing at all. */
export function agrees({ request, answer }: Call, again: Answer): boolean {
  if (again.kind === 'rejected' || again.kind === 'unknown') return true
  // A patch that was done of a user that is deleted since: the answer does not tell it from one of nobody.
  if (again.kind === 'gone' || answer.kind === 'gone') return request.kind === 'patch'
  if (again.kind !== 'done' || answer.kind !== 'done') return again.kind === answer.kind
  return again.created === undefined || answer.created === undefined || again.created === answer.created
}

/** Marks of writes that set the status OFFLINE end so. */
export const OFFLINE_MARK = '-off'

/** Whether a user in that state is OFFLINE. */
export function isOffline(state: State): boolean {
  return state?.slice(0, state.indexOf('/')).endsWith(OFFLINE_MARK) === true
}

/** Writes that would have made a user so, just after `atMs`. */
export function asWritten(
  user: string,
  { state, version }: { readonly state: State; readonly version: string | undefined },
  atMs: number
): Call[] {
  if (state === undefined) return []
  const [set, patch] = state.split('/') as [string, string]
  const made = (request: Request, passedMs: number): Call => ({
    ...nobodys(user, atMs + passedMs),
    request,
    answer: { kind: 'done' }
  })
  const writes = [made({ kind: 'set', mark: set }, 1)]
  if (patch !== '') writes.push(made({ kind: 'patch', mark: patch }, 2))
  const last = { ...writes.pop()!, answer: { kind: 'done', state, version } } as const
  return [...writes, last]
}

export function readAs(user: string, state: State, atMs: number): Call {
  return {
    ...nobodys(user, atMs),
    request: { kind: 'get' },
    answer: { kind: 'read', state, version: undefined }
  }
}

function nobodys(user: string, atMs: number) {
  return { user, client: 'nobody', calledMs: atMs, answeredMs: atMs }
}

export function isWrite({ request }: Call): boolean {
  return request.kind !== 'get'
}

export function describeCall({ client, request, calledMs, answeredMs, answer }: Call): string {
  const times = `${calledMs.toFixed(1)}…${answeredMs.toFixed(1)}`
  return `${times} ${client} ${JSON.stringify(request)} → ${JSON.stringify(answer)}`
}
