/**
 * The gateway on a socket: node:http or node:https, bounded in header bytes, in time and in connections, and closed
 * without cutting off anybody who waits for an answer.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
  STATUS_CODES
} from 'node:http'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { createSecureContext, type SecureContextOptions } from 'node:tls'
import { getRequestListener } from '@hono/node-server'
import { HTTP_ANSWER_TIMEOUT_MS, HTTP_CONNECTIONS_MAX, HTTP_HEADER_BYTES_MAX } from '../constants.ts'
import { ConfigurationError, ERROR_KINDS, problemType } from '../errors.ts'
import type { Log } from '../runtime.ts'
import { Connections } from './connections.ts'
import type { Gateway } from './gateway.ts'
import { breakingOff } from './streamed-answer.ts'

/** Slow headers cost a socket each. */
const HEADERS_TIMEOUT_MS = 10_000
/** A body is given its time where it is read: an import may go on for long. One that nobody reads ends with its answer. */
const REQUEST_TIMEOUT_MS = 0
/** How exact the timeout of headers is. */
const CHECK_INTERVAL_MS = 1_000
/** Longer than the 60 s after which common load balancers drop an idle connection, lest they send into a closing one. */
const KEEP_ALIVE_MS = 65_000
/** A connection on which nothing moves, while an answer is made or taken: longer than the making may last. */
const SILENCE_MS = HTTP_ANSWER_TIMEOUT_MS + 5_000
/** How long a refused connection may take to read why. */
const LINGER_MS = 1_000

/** What the server shows of itself, in PEM. */
export interface TlsOptions {
  /** The certificate of this server first, then what leads from it to a root that callers trust. */
  readonly cert: string
  /** Its private key, without a passphrase. */
  readonly key: string
}

export interface ServeOptions {
  readonly gateway: Gateway
  readonly host: string
  /** 0 for one that the system chooses. */
  readonly port: number
  /** @default plain HTTP */
  readonly tls?: TlsOptions | undefined
  readonly log: Log
}

export interface GatewayServer {
  /** As a client on this machine reaches it, without a slash at the end. */
  readonly url: string
  /** Connections from now on are shown these. @throws ConfigurationError they cannot be used, and those before stay */
  changeTls(tls: TlsOptions): void
  /**
   * Takes no new connection, closes idle ones at once and the others after the answer they wait for; `signal` cuts
   * those off. Resolves when every connection is closed.
   */
  close(options?: { signal?: AbortSignal | undefined }): Promise<void>
}

/** Resolves when the port is open. @throws ConfigurationError says what to do when it cannot be */
export async function serve({ gateway, host, port, tls, log }: ServeOptions): Promise<GatewayServer> {
  const connections = new Connections()
  const server = serverOf(listenerOf(gateway, connections, log), connections, tls)
  server.timeout = SILENCE_MS
  server.maxConnections = HTTP_CONNECTIONS_MAX
  server.on('drop', () =>
    log.warn('A connection was refused: the gateway has too many', { max: HTTP_CONNECTIONS_MAX })
  )
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // An answer now would be taken for that of the request before it, which may yet be executed.
    if (connections.isWaiting(socket) || !isHttpError(error.code) || !socket.writable) socket.destroy()
    else refuse(socket, error.code)
  })
  await listen(server, host, port)
  server.on('error', error => log.error('The HTTP server failed', { error }))

  return {
    url: urlOf(server.address() as AddressInfo, tls === undefined ? 'http' : 'https'),
    changeTls(changed) {
      if (!('setSecureContext' in server)) {
        throw new ConfigurationError('HTTP is served without TLS: start the peer again to serve it with TLS')
      }
      checkTls(changed)
      server.setSecureContext(contextOf(changed))
    },
    close({ signal } = {}) {
      const cutOff = () => server.closeAllConnections()
      const closed = new Promise<void>(resolve => server.close(() => resolve()))
      connections.close()
      if (signal?.aborted) cutOff()
      signal?.addEventListener('abort', cutOff, { once: true })
      return closed.finally(() => signal?.removeEventListener('abort', cutOff))
    }
  }
}

/** @throws ConfigurationError the certificate or the key is none, or they do not belong together */
export function checkTls(tls: TlsOptions): void {
  try {
    // A context may be empty, and then nobody could connect.
    new X509Certificate(tls.cert)
    createPrivateKey(tls.key)
    createSecureContext(contextOf(tls))
  } catch (cause) {
    const why = (cause as Error).message
    const message = `The TLS certificate and key cannot be used (${why}): give both in PEM, a key without a passphrase, and the certificate that was made for this key first`
    throw new ConfigurationError(message, { cause })
  }
}

function contextOf({ cert, key }: TlsOptions): SecureContextOptions {
  return { cert, key, minVersion: 'TLSv1.2' }
}

function serverOf(
  listener: RequestListener,
  connections: Connections,
  tls: TlsOptions | undefined
): Server | TlsServer {
  const limits = {
    maxHeaderSize: HTTP_HEADER_BYTES_MAX,
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: CHECK_INTERVAL_MS,
    keepAliveTimeout: KEEP_ALIVE_MS
  }
  if (tls === undefined) {
    return createServer(limits, listener).on('connection', socket => connections.add(socket))
  }
  checkTls(tls)
  const options = { ...limits, ...contextOf(tls), handshakeTimeout: HEADERS_TIMEOUT_MS }
  return createTlsServer(options, listener)
    .on('connection', socket => connections.greet(socket as Socket))
    .on('secureConnection', socket => connections.add(socket))
}

/** What HTTP's parser says; all else is of TLS or of the socket, and nobody there could read an answer. */
function isHttpError(code: string | undefined): boolean {
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' || code?.startsWith('HPE_') === true
}

function listenerOf(gateway: Gateway, connections: Connections, log: Log): RequestListener {
  const listener = getRequestListener(
    async (request, env) => {
      const incoming = env.incoming as IncomingMessage
      const outgoing = env.outgoing as ServerResponse
      const response = await gateway.fetch(request, { address: incoming.socket.remoteAddress })
      // What is left of an unread body would be taken for the next request.
      if (connections.closing || !incoming.complete) outgoing.setHeader('Connection', 'close')
      return breakingOff(response, outgoing, log)
    },
    {
      hostname: 'localhost', // of an HTTP/1.0 request without Host
      overrideGlobalObjects: false,
      errorHandler: () => {
        const detail = 'The request target or the Host cannot be read'
        const { body, headers } = refusal(400, 'InvalidRequestError', detail)
        return new Response(body, { status: 400, headers })
      }
    }
  )
  return (incoming, outgoing) => {
    connections.begin(incoming.socket, outgoing)
    listener(incoming, outgoing)
  }
}

function listen(server: Server | TlsServer, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException) => {
      const message = `HTTP cannot be served on ${host} port ${port}: ${advice(error)}`
      reject(new ConfigurationError(message, { cause: error }))
    }
    server.once('error', onError)
    server.listen({ host, port }, () => {
      server.off('error', onError)
      resolve()
    })
  })
}

function advice(error: NodeJS.ErrnoException): string {
  if (error.code === 'EADDRINUSE')
    return 'the port is in use; choose another one (0: any), or stop what listens there'
  if (error.code === 'EACCES')
    return 'the system does not allow it; ports below 1024 need a privilege, choose a higher one'
  if (error.code === 'EADDRNOTAVAIL')
    return 'this machine has no such address; choose one that it has, or 127.0.0.1'
  return `${error.message}; choose another host or port`
}

function urlOf({ address, port, family }: AddressInfo, scheme: 'http' | 'https'): string {
  if (address === '0.0.0.0') return `${scheme}://127.0.0.1:${port}`
  if (address === '::') return `${scheme}://[::1]:${port}`
  return `${scheme}://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}

/** What Node's parser refuses never becomes a Request; it is answered here, and the connection closed. */
function refuse(socket: Duplex, code: string | undefined): void {
  const { status, body, headers } = refusalOf(code)
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}Connection: close\r\n\r\n${body}`
  )
  // Closed at once, what the sender still sends would make the system throw the answer away.
  const linger = setTimeout(() => socket.destroy(), LINGER_MS)
  socket.once('close', () => clearTimeout(linger))
}

function refusalOf(code: string | undefined) {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return refusal(431, 'TooLargeError', `The headers are over ${HTTP_HEADER_BYTES_MAX} bytes`)
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return refusal(408, 'RequestTimeoutError', 'The request did not arrive in time; nothing was written')
    case 'HPE_INVALID_URL':
      return refusal(400, 'InvalidRequestError', 'In a request target all but ASCII is percent-encoded')
    default:
      return refusal(400, 'InvalidRequestError', 'This is not HTTP/1.1')
  }
}

function refusal(
  status: number,
  name: 'TooLargeError' | 'RequestTimeoutError' | 'InvalidRequestError',
  detail: string
) {
  const limit = name === 'TooLargeError' ? { limit: HTTP_HEADER_BYTES_MAX } : {}
  const problem = { type: problemType(name), title: ERROR_KINDS[name].title, status, detail, ...limit }
  const body = JSON.stringify(problem)
  const headers = { 'Content-Type': 'application/problem+json', 'Content-Length': String(body.length) }
  return { status, body, headers }
}
