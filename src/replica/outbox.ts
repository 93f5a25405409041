/** What a turn says to other peers, together for each of them. */
import type { Peer } from '../chord/ring-node.ts'
import type { Envelope } from './effects.ts'
import type { ReplicaMessage } from './message.ts'

/** Entries before the heartbeats that speak of them; and crowds of one kind are cheap to send. */
const ORDER: readonly ReplicaMessage['type'][] = [
  'append',
  'learn',
  'appended',
  'learned',
  'gap',
  'confirm',
  'heartbeat'
]

export class Outbox {
  readonly #messages = new Map<Peer, ReplicaMessage[]>()

  put({ to, message }: Envelope): void {
    const messages = this.#messages.get(to)
    if (messages === undefined) this.#messages.set(to, [message])
    else messages.push(message)
  }

  empty(post: (to: Peer, messages: readonly ReplicaMessage[]) => void): void {
    for (const [to, messages] of this.#messages) {
      messages.sort((a, b) => ORDER.indexOf(a.type) - ORDER.indexOf(b.type))
      post(to, messages)
    }
    this.#messages.clear()
  }
}
