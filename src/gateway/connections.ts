/** The open connections of the gateway's server, and which of them wait for an answer. */
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

export class Connections {
  /** Answers that are waited for, by connection. */
  readonly #waiting = new Map<Duplex, Set<ServerResponse>>()
  /** Of TLS: sockets on which nobody has shaken hands yet, by whom they are from. */
  readonly #greeted = new Map<string, Socket>()
  #closing = false

  get closing(): boolean {
    return this.#closing
  }

  /** A connection that will be added when TLS is agreed on, as another socket. */
  greet(socket: Socket): void {
    const from = fromOf(socket)
    this.#greeted.set(from, socket)
    socket.once('close', () => {
      if (this.#greeted.get(from) === socket) this.#greeted.delete(from)
    })
  }

  add(socket: Socket): void {
    this.#greeted.delete(fromOf(socket))
    const waiting = new Set<ServerResponse>()
    this.#waiting.set(socket, waiting)
    socket.once('close', () => {
      this.#waiting.delete(socket)
      for (const outgoing of waiting) giveUp(outgoing)
    })
  }

  /** A request arrived on `socket` and will be answered with `outgoing`. */
  begin(socket: Socket, outgoing: ServerResponse): void {
    const waiting = this.#waiting.get(socket)
    waiting?.add(outgoing)
    outgoing.once('close', () => {
      waiting?.delete(outgoing)
      if (this.#closing && !this.isWaiting(socket)) socket.destroySoon()
    })
  }

  isWaiting(socket: Duplex): boolean {
    return (this.#waiting.get(socket)?.size ?? 0) > 0
  }

  /**
   * Closes what waits for nothing now, and the rest when it has its answer. Not server.closeIdleConnections(): to
   * Node a connection that has sent nothing yet is not idle.
   */
  close(): void {
    this.#closing = true
    for (const socket of this.#greeted.values()) socket.destroy()
    for (const [socket, answers] of this.#waiting) if (answers.size === 0) socket.destroy()
  }
}

/**
 * Node closes the answer that has the connection, and says nothing to those that wait behind it: whoever makes one would
 * go on for ever.
 */
function giveUp(outgoing: ServerResponse): void {
  if (outgoing.socket !== null || outgoing.writableFinished) return
  outgoing.destroy()
  outgoing.emit('close')
}

function fromOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}
