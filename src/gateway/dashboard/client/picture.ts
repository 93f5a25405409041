/** What the page knows of the ring, and what a person points at: the panels draw it and hear of changes. */
import type { PeerReport, RingReport, SelfReport } from '../../../users/ring-report.ts'
import { shortPeer } from './element.ts'

type Listener = () => void

/** Why there is no newer picture. */
export interface Failure {
  /** For people. */
  readonly why: string
  /** The peer did answer, but not with what it was asked for. */
  readonly refused: boolean
}

/** `peer`: whose links are shown, if any. */
export class Picture {
  ring: RingReport | undefined
  self: SelfReport | undefined
  failure: Failure | undefined
  /** By peer, where people call them by numbers too. */
  readonly ordinals = new Map<string, number>()
  readonly #listeners = new Set<Listener>()
  readonly #pointing = new Set<Listener>()
  /** What was heard since the ring was last asked, by peer. */
  readonly #heard = new Map<string, { status: PeerReport['status']; at: number }>()
  #hovered: string | undefined
  #pinned: string | undefined

  get pointed(): string | undefined {
    return this.#hovered ?? this.#pinned
  }

  get pinned(): string | undefined {
    return this.#pinned
  }

  nameOf(peer: string): string {
    const ordinal = this.ordinals.get(peer)
    return ordinal === undefined ? shortPeer(peer) : `${ordinal} ${shortPeer(peer)}`
  }

  onChange(listener: Listener): void {
    this.#listeners.add(listener)
  }

  onPointing(listener: Listener): void {
    this.#pointing.add(listener)
  }

  /** `askedAt`: when the question was sent. What was heard after that is newer than the answer. */
  show(ring: RingReport, self: SelfReport, askedAt: number): void {
    for (const [peer, { at }] of this.#heard) if (at < askedAt) this.#heard.delete(peer)
    const peers = ring.peers.map(peer => ({
      ...peer,
      status: this.#heard.get(peer.peer)?.status ?? peer.status
    }))
    this.ring = { ...ring, peers }
    this.self = self
    this.failure = undefined
    this.#tell(this.#listeners)
  }

  /** An event came before the next picture of the whole ring. */
  hear(peer: string, status: PeerReport['status'], at: number): void {
    this.#heard.set(peer, { status, at })
    if (this.ring === undefined) return
    const peers = this.ring.peers.map(known => (known.peer === peer ? { ...known, status } : known))
    this.ring = { ...this.ring, peers }
    this.#tell(this.#listeners)
  }

  fail(failure: Failure): void {
    this.failure = failure
    this.#tell(this.#listeners)
  }

  hover(peer: string | undefined): void {
    if (this.#hovered === peer) return
    this.#hovered = peer
    this.#tell(this.#pointing)
  }

  /** The same again lets go. */
  pin(peer: string | undefined): void {
    this.#pinned = this.#pinned === peer ? undefined : peer
    this.#tell(this.#pointing)
  }

  #tell(listeners: ReadonlySet<Listener>): void {
    for (const listener of listeners) listener()
  }
}
