/** Why a connection did not come about, said so that whoever reads it knows what to look at. */
import { type AnilloError, errorName, NotAdmittedError, UnavailableError } from '../errors.ts'

/** Ends of a connection that the other side closed. */
const CLOSED_BY_OTHER: ReadonlySet<string> = new Set([
  'ConnectionClosedError',
  'ConnectionClosingError',
  'MuxerClosedError',
  'StreamClosedError',
  'StreamResetError',
  'UnexpectedEOFError'
])

/** No connection to `address`: it is not there, or the handshake failed. */
export function dialFailure(address: string, error: Error): AnilloError {
  const reasons = error instanceof AggregateError ? (error.errors as Error[]) : [error]
  const refusal = reasons.find(reason => reason.name === 'NotAdmittedError')
  // Of our own gate, which knows exactly; what the key's protector throws has libp2p's error as its cause.
  if (refusal !== undefined && refusal.cause === undefined) {
    return new NotAdmittedError(refusal.message, { cause: error })
  }
  const handshake =
    refusal ?? reasons.find(({ name, message }) => name === 'EncryptionFailedError' && !anotherPeer(message))
  if (handshake === undefined) {
    return new UnavailableError(`${address} cannot be reached: ${error.message}`, { cause: error })
  }
  return new NotAdmittedError(
    `${address} answers, but the handshake failed (${handshake.message}): most likely the two peers have not the same pre-shared key. Start both with the same --psk FILE, or both without`,
    { cause: error }
  )
}

/** `peer` is connected to and no stream can be opened. */
export function streamFailure(address: string, peer: string, error: Error): AnilloError {
  if (errorName(error) === undefined && CLOSED_BY_OTHER.has(error.name)) {
    return new NotAdmittedError(
      `${address} is ${peer}, which closed the connection as soon as it knew who this peer is: most likely it has an allow list without this peer. Start it with this peer's PeerId as --allow as well`,
      { cause: error }
    )
  }
  return new UnavailableError(`${address} cannot be reached: ${error.message}`, { cause: error })
}

/** The handshake was sound, and somebody else than the address says is there. */
function anotherPeer(message: string): boolean {
  return message.includes('does not match expected remote identity key')
}
