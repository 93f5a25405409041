/** The open connections of the gateway's server, and which of them wait for an answer. */
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

export class Connections {
  /** Requests that wait for their answer, by connection. */
  readonly #waiting = new Map<Duplex, number>()
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
    this.#waiting.set(socket, 0)
    socket.once('close', () => this.#waiting.delete(socket))
  }

  /** A request arrived on `socket` and will be answered with `outgoing`. */
  begin(socket: Socket, outgoing: ServerResponse): void {
    this.#count(socket, 1)
    outgoing.once('close', () => {
      this.#count(socket, -1)
      if (this.#closing && !this.isWaiting(socket)) socket.destroySoon()
    })
  }

  isWaiting(socket: Duplex): boolean {
    return (this.#waiting.get(socket) ?? 0) > 0
  }

  /**
   * Closes what waits for nothing now, and the rest when it has its answer. Not server.closeIdleConnections(): to
   * Node a connection that has sent nothing yet is not idle.
   */
  close(): void {
    this.#closing = true
    for (const socket of this.#greeted.values()) socket.destroy()
    for (const [socket, requests] of this.#waiting) if (requests === 0) socket.destroy()
  }

  #count(socket: Duplex, change: number): void {
    const before = this.#waiting.get(socket)
    if (before !== undefined) this.#waiting.set(socket, before + change)
  }
}

function fromOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}
