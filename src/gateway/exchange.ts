/** One request and what belongs to it, as every route gets it. */
import type { Context, Hono } from 'hono'
import type { Events } from '../events.ts'
import type { Log, Runtime } from '../runtime.ts'
import type { OpenableUsers } from '../users/many-users.ts'
import type { RecoveryReport, RecoveryRequest, RingInspector, TaskInspector } from '../users/ring-report.ts'
import type { TracedUsers } from '../users/users.ts'
import type { Cors } from './cors.ts'
import type { Door } from './door.ts'

export interface Exchange {
  readonly url: URL
  readonly requestId: string
  /** On the monotonic clock. */
  readonly arrivedMs: number
  /** Ends with the caller, or with the request's deadline. */
  readonly signal: AbortSignal
  readonly log: Log
}

export type App = Hono<{ Bindings: Exchange }>
export type AppContext = Context<{ Bindings: Exchange }>

/** A request and its answer, without what only one request has. */
export interface EndedRequest {
  readonly method: string
  /** The pattern, such as `/v1/users/:id`; `unmatched` where no route took it. */
  readonly route: string
  readonly status: number
  readonly ms: number
}

/** Is told of every request, twice: it must be quick, and throw nothing. */
export interface RequestObserver {
  began(): void
  ended(request: EndedRequest): void
}

/** What GET /metrics answers, and who counts requests. */
export interface GatewayMetrics {
  readonly contentType: string
  readonly requests: RequestObserver
  text(): Promise<string>
}

/** What the gateway is made from. */
export interface GatewayOptions {
  readonly users: TracedUsers
  readonly many: OpenableUsers
  readonly ring: RingInspector
  /** Begins to leave the ring for good, in the background, unless it is at it. Returns the id of the task that tells how far it is. @throws NotRunningError */
  readonly leave: () => string
  readonly tasks: TaskInspector
  /** What happens at this peer. */
  readonly events: Pick<Events, 'subscribe'>
  readonly metrics: GatewayMetrics
  /** Goes on with slots whose majority is lost. @throws InvalidRequestError there is nothing that it could do */
  readonly recover: (request: RecoveryRequest, options: { signal: AbortSignal }) => Promise<RecoveryReport>
  readonly runtime: Runtime
  /** @default open to everybody */
  readonly door?: Door | undefined
  /** @default no page of another origin may do more than browsers let it */
  readonly cors?: Cors | undefined
  /** Of anillo, for /version. */
  readonly version: string
}
