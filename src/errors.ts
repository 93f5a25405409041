/**
 * Every error that a person can meet, by name. The HTTP problem, the CLI's exit code and the wire's error code
 * are derived from the one table below, so that an error is called the same wherever it is seen.
 * Match errors by `name`: an error that crossed a stream or a worker is no longer an `instanceof`.
 */

/** What each error is to the outside: an HTTP status, a CLI exit code, a title that never changes. */
export interface ErrorKind {
  readonly status: number
  readonly exit: number
  readonly title: string
}

const EXIT = {
  failure: 1,
  usage: 2,
  notFound: 3,
  precondition: 4,
  unavailable: 5,
  unauthorised: 6,
  /** Of its own, so that a supervisor does not start a peer again with a directory that must not be used any more. */
  unusable: 7
} as const

export const ERROR_KINDS = {
  InvalidUserError: { status: 422, exit: EXIT.usage, title: 'The user is not valid' },
  InvalidRequestError: { status: 400, exit: EXIT.usage, title: 'The request is malformed' },
  TooLargeError: { status: 413, exit: EXIT.usage, title: 'The request is too large' },
  UnsupportedMediaTypeError: { status: 415, exit: EXIT.usage, title: 'The media type is not supported' },
  MethodNotAllowedError: { status: 405, exit: EXIT.usage, title: 'The method is not allowed here' },
  RequestTimeoutError: { status: 408, exit: EXIT.unavailable, title: 'The request did not arrive in time' },
  NotFoundError: { status: 404, exit: EXIT.notFound, title: 'Not found' },
  UnknownPathError: { status: 404, exit: EXIT.usage, title: 'There is nothing at this path' },
  UnauthorisedError: { status: 401, exit: EXIT.unauthorised, title: 'A token is needed' },
  ForbiddenError: { status: 403, exit: EXIT.unauthorised, title: 'Not allowed' },
  ConflictError: { status: 412, exit: EXIT.precondition, title: 'The condition does not hold' },
  IdempotencyKeyReusedError: {
    status: 422,
    exit: EXIT.usage,
    title: 'The idempotency key was used for another request'
  },
  OperationTooOldError: {
    status: 409,
    exit: EXIT.precondition,
    title: 'Too old to be repeated; whether it was written is not known'
  },
  TooManyRequestsError: { status: 429, exit: EXIT.unavailable, title: 'Too many requests; nothing was done' },
  BusyError: { status: 503, exit: EXIT.unavailable, title: 'Too busy; nothing was written' },
  UnavailableError: { status: 503, exit: EXIT.unavailable, title: 'Unavailable; nothing was written' },
  OutcomeUnknownError: {
    status: 504,
    exit: EXIT.unavailable,
    title: 'The outcome is unknown; it may have been written'
  },
  TimeoutError: { status: 504, exit: EXIT.unavailable, title: 'No answer in time' },
  WrongRingError: { status: 409, exit: EXIT.failure, title: 'The peer belongs to another ring' },
  IncompatibleVersionError: {
    status: 409,
    exit: EXIT.failure,
    title: 'The peer speaks no version in common'
  },
  ProtocolViolationError: { status: 400, exit: EXIT.failure, title: 'The peer broke the protocol' },
  FrameTooLargeError: { status: 413, exit: EXIT.failure, title: 'A frame is over its bound' },
  PositionMismatchError: {
    status: 400,
    exit: EXIT.failure,
    title: 'A claimed ring position does not derive from its peer id'
  },
  TransferError: { status: 503, exit: EXIT.unavailable, title: 'A slot transfer did not complete' },
  NotAdmittedError: {
    status: 403,
    exit: EXIT.unauthorised,
    title: 'A peer does not let another one connect'
  },
  JoinError: { status: 503, exit: EXIT.unavailable, title: 'The ring could not be joined' },
  DataDirectoryError: { status: 500, exit: EXIT.failure, title: 'The data directory cannot be used' },
  StoreRolledBackError: {
    status: 500,
    exit: EXIT.unusable,
    title: 'The data directory is an old copy'
  },
  StorageError: { status: 500, exit: EXIT.failure, title: 'The disk refused a write or a read' },
  StoreDamagedError: { status: 500, exit: EXIT.unusable, title: 'A value on the disk is damaged' },
  NotRunningError: { status: 503, exit: EXIT.unavailable, title: 'The peer is not running' },
  ConfigurationError: { status: 400, exit: EXIT.usage, title: 'The configuration is not valid' },
  InternalError: { status: 500, exit: EXIT.failure, title: 'A defect in anillo' }
} as const satisfies Record<string, ErrorKind>

export type ErrorName = keyof typeof ERROR_KINDS

/** `detail` names the value that was wrong and what to do; `retryAfterMs` is set where trying again makes sense. */
export interface ErrorDetails {
  readonly retryAfterMs?: number | undefined
  /** Field by field reasons, for validation errors. */
  readonly issues?: readonly { path: string; message: string }[] | undefined
  /** The present user, for a condition that does not hold. */
  readonly current?: unknown
  /** The limit that was passed, in the unit that the message names. */
  readonly limit?: number | undefined
  readonly cause?: unknown
}

/** The one base class: everything that anillo throws on purpose is an AnilloError with a stable `name`. */
export class AnilloError extends Error {
  override readonly name: ErrorName
  readonly retryAfterMs: number | undefined
  readonly issues: readonly { path: string; message: string }[] | undefined
  readonly current: unknown
  readonly limit: number | undefined

  constructor(name: ErrorName, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = name
    this.retryAfterMs = details.retryAfterMs
    this.issues = details.issues
    this.current = details.current
    this.limit = details.limit
  }

  get kind(): ErrorKind {
    return ERROR_KINDS[this.name]
  }
}

function errorClass<N extends ErrorName>(name: N) {
  return class extends AnilloError {
    constructor(message: string, details: ErrorDetails = {}) {
      super(name, message, details)
    }
  }
}

/** A user, id or status that breaks the rules of a user; `issues` lists the fields. */
export class InvalidUserError extends errorClass('InvalidUserError') {}
/** A request that cannot be read at all: broken JSON, a bad header, an unknown parameter. */
export class InvalidRequestError extends errorClass('InvalidRequestError') {}
/** Something is over a named limit; the message names the limit. */
export class TooLargeError extends errorClass('TooLargeError') {}
export class UnsupportedMediaTypeError extends errorClass('UnsupportedMediaTypeError') {}
export class MethodNotAllowedError extends errorClass('MethodNotAllowedError') {}
/** The sender was too slow with its request body. */
export class RequestTimeoutError extends errorClass('RequestTimeoutError') {}
/** There is no such user, peer or slot, said by somebody who knows. */
export class NotFoundError extends errorClass('NotFoundError') {}
/** The gateway has nothing at the path; never said of a user. */
export class UnknownPathError extends errorClass('UnknownPathError') {}
/** The caller showed no token, or one that the gateway does not know. */
export class UnauthorisedError extends errorClass('UnauthorisedError') {}
/** The caller may not do this: its token lacks the scope, or it is a web page of another site that asked for a change. */
export class ForbiddenError extends errorClass('ForbiddenError') {}
/** A condition (`ifVersion`, `ifAbsent`) does not hold; `current` is the present user, if any. */
export class ConflictError extends errorClass('ConflictError') {}
export class IdempotencyKeyReusedError extends errorClass('IdempotencyKeyReusedError') {}
/** A repeated write that may have been executed and forgotten since. Never repeat it: read the user, and decide anew. */
export class OperationTooOldError extends errorClass('OperationTooOldError') {}
/** The caller asks more often than it may; nothing was done, try again after `retryAfterMs`. */
export class TooManyRequestsError extends errorClass('TooManyRequestsError') {}
/** A bound was met (queue, handlers); nothing was executed, try again after `retryAfterMs`. */
export class BusyError extends errorClass('BusyError') {}
/** Nobody who may answer can be reached; certainly nothing was written. */
export class UnavailableError extends errorClass('UnavailableError') {}
/** A write left and no answer came: it may have been written. Repeat it with the same idempotency key. */
export class OutcomeUnknownError extends errorClass('OutcomeUnknownError') {}
/** A deadline passed. */
export class TimeoutError extends errorClass('TimeoutError') {}
/** The other peer's ring id is not ours. */
export class WrongRingError extends errorClass('WrongRingError') {}
export class IncompatibleVersionError extends errorClass('IncompatibleVersionError') {}
/** Peer input that does not follow protocols/README.md. */
export class ProtocolViolationError extends errorClass('ProtocolViolationError') {}
export class FrameTooLargeError extends errorClass('FrameTooLargeError') {}
/** A ring node whose position is not SHA-256(PeerId multihash ‖ index). */
export class PositionMismatchError extends errorClass('PositionMismatchError') {}
/** A bulk transfer ended without its end record, or with a wrong count or checksum. */
export class TransferError extends errorClass('TransferError') {}
/** A peer without the other's pre-shared key, or not on its allow list: said on either side. */
export class NotAdmittedError extends errorClass('NotAdmittedError') {}
/** None of the given peers let us in; the message says what each answered. */
export class JoinError extends errorClass('JoinError') {}
/** The data directory is in use, unreadable, or of another ring. */
export class DataDirectoryError extends errorClass('DataDirectoryError') {}
/**
 * The store is a copy of one that was started again since: it has forgotten what it promised to others, and is never
 * let in again. Start with an empty directory, as a new peer.
 */
export class StoreRolledBackError extends errorClass('StoreRolledBackError') {}
/** A failed write or flush. The peer stops: a flush that failed is never tried again (fsyncgate). */
export class StorageError extends errorClass('StorageError') {}
/**
 * A value on the disk is not what was written: its checksum does not fit. The peer stops, and must not be started again
 * with that directory: it is to come back with an empty one, as a new peer.
 */
export class StoreDamagedError extends errorClass('StoreDamagedError') {}
export class NotRunningError extends errorClass('NotRunningError') {}
export class ConfigurationError extends errorClass('ConfigurationError') {}
/** An invariant does not hold. */
export class InternalError extends errorClass('InternalError') {}

/** The error's name when it is one of ours (also after a structured clone or a stream), else undefined. */
export function errorName(error: unknown): ErrorName | undefined {
  const name = (error as { name?: unknown } | null)?.name
  return typeof name === 'string' && Object.hasOwn(ERROR_KINDS, name) ? (name as ErrorName) : undefined
}

/** The disk refused, or spoiled what it had: the peer that has it stops. */
export function isDiskFailure(error: unknown): boolean {
  const name = errorName(error)
  return name === 'StorageError' || name === 'StoreDamagedError'
}

const CLASSES: { readonly [N in ErrorName]: new (message: string, details?: ErrorDetails) => AnilloError } = {
  InvalidUserError,
  InvalidRequestError,
  TooLargeError,
  UnsupportedMediaTypeError,
  MethodNotAllowedError,
  RequestTimeoutError,
  NotFoundError,
  UnknownPathError,
  UnauthorisedError,
  ForbiddenError,
  ConflictError,
  IdempotencyKeyReusedError,
  OperationTooOldError,
  TooManyRequestsError,
  BusyError,
  UnavailableError,
  OutcomeUnknownError,
  TimeoutError,
  WrongRingError,
  IncompatibleVersionError,
  ProtocolViolationError,
  FrameTooLargeError,
  PositionMismatchError,
  TransferError,
  NotAdmittedError,
  JoinError,
  DataDirectoryError,
  StoreRolledBackError,
  StorageError,
  StoreDamagedError,
  NotRunningError,
  ConfigurationError,
  InternalError
}

/** The error that another process named, as the same class as here. */
export function errorByName(name: ErrorName, message: string, details?: ErrorDetails): AnilloError {
  return new CLASSES[name](message, details)
}

const PROBLEM_TYPE = 'urn:anillo:error:'

/** The stable `type` of an error's HTTP problem: `urn:anillo:error:outcome-unknown` for OutcomeUnknownError. */
export function problemType(name: ErrorName): string {
  const words = name.replace(/Error$/, '').replace(/\B[A-Z]/g, '-$&')
  return PROBLEM_TYPE + words.toLowerCase()
}

/** The error name of a problem's `type`; undefined when it is none of ours. */
export function nameOfProblem(type: unknown): ErrorName | undefined {
  return (Object.keys(ERROR_KINDS) as ErrorName[]).find(name => problemType(name) === type)
}

/** Internal invariants: stays on in production, throws {@link InternalError}. Never for peer or HTTP input. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InternalError(message)
}
