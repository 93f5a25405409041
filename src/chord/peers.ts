/**
 * The other peers as this one experiences them: every question to one of them goes through here, and from answers
 * and silence follows who is up, suspect or down. That judgement is about peers, not ring nodes: one crash takes all
 * nodes of a peer, so it is noticed once.
 *
 * - A question without an answer makes a peer suspect; it is asked again and up to three others are asked whether
 *   they reach it. When nobody does, and it said nothing meanwhile, it is down.
 * - Somebody else reaching it only delays that: a peer that *we* cannot reach for DEAD_MS is useless as a neighbour.
 * - Whoever speaks proves that it can reach us, not that we can reach it. So speaking makes a peer that is down be
 *   asked, and only an answer makes it up. Otherwise a line that works one way would switch it on and off for ever.
 * - Own health: when our event loop was late, the answers may lie in our own queue. Then nobody is suspected for a while.
 */
import { MAINTENANCE_TIMEOUT_MS, PEER_BOOK_MAX } from '../constants.ts'
import type { Events } from '../events.ts'
import { type Runtime, sample, sleep } from '../runtime.ts'
import type { ChordReply, ChordRequest, ChordRpc, PeerStatus, ReplyOf } from './chord-rpc.ts'
import { LATE_MS } from './pause.ts'
import type { Peer } from './ring-node.ts'
import type { Tasks } from './tasks.ts'

/**
 * A question is given this many times what answers take at present, if that is more than its own timeout: peers that
 * are slow because everybody is busy (a whole ring that starts on one machine) are not suspected, which would only
 * make more questions.
 */
const PATIENCE = 8
const PATIENCE_MAX_MS = 4_000
/** Of the smoothed time of an answer, the part that the last one contributes. */
const ANSWER_SMOOTHING = 1 / 8
/** Others that are asked whether they reach a suspect. */
const PROBES_MAX = 3
/** "Are you there?" wants no work, so less patience is needed than for other questions. */
const PING_TIMEOUT_MS = 700
/** The first such question only decides whether a closer look is needed. */
const CHECK_TIMEOUT_MS = 400
/** A helper's own ping has to end before the helper's answer is waited for no longer. */
const PROBE_PING_TIMEOUT_MS = 500
/** Down although others reach it. */
const DEAD_MS = 5_000
/** Between two rounds of asking about a suspect. */
const CONFIRM_PAUSE_MS = 250
/** For so long after that nobody is suspected. */
const GUARD_MS = 1_000
/** Leaving is over after so long; a peer that speaks later is back. */
const LEAVING_MS = 10_000
/** Who gave a sign of life so lately is there. */
const CHECK_QUIET_MS = 2_000
/** A peer that is down is asked again when others name it, at most so often. */
const RECHECK_MS = 2_000

interface Experience {
  status: PeerStatus
  heardAtMs: number
  askedAtMs: number
  /** When the first of the questions was asked that it has not answered since its last answer. */
  silentSinceMs: number | undefined
  /** Somebody is finding out already. */
  asking: boolean
  leftAtMs: number | undefined
}

export interface PeersOptions {
  readonly self: Peer
  readonly rpc: ChordRpc
  readonly runtime: Runtime
  readonly tasks: Tasks
  readonly events: Events
  /** Answers what a ring node of this peer asks another ring node of this peer. @default nobody: a client has none */
  readonly answer?: ((request: ChordRequest) => ChordReply | Promise<ChordReply>) | undefined
  /** It is down, or it left. */
  readonly onDown: (peer: Peer) => void
  /** It answered after it was down. */
  readonly onReturn: (peer: Peer) => void
  /** It answered. */
  readonly onAnswer: (peer: Peer) => void
}

export class Peers {
  readonly #options: PeersOptions
  readonly #experiences = new Map<Peer, Experience>()
  #guardedUntilMs = Number.NEGATIVE_INFINITY
  #answerMs = 0

  constructor(options: PeersOptions) {
    this.#options = options
  }

  /** Of a peer that we never spoke with: down. */
  status(peer: Peer): PeerStatus {
    if (peer === this.#options.self) return 'up'
    return this.#experiences.get(peer)?.status ?? 'down'
  }

  /** Not known to be down: a node that somebody names may be pointed to until it proves otherwise. */
  routable(peer: Peer): PeerStatus {
    if (peer === this.#options.self) return 'up'
    return this.#experiences.get(peer)?.status ?? 'up'
  }

  /** Every peer that we heard of directly, but for those that left. */
  all(): Map<Peer, PeerStatus> {
    const all = new Map<Peer, PeerStatus>()
    for (const [peer, { status, leftAtMs }] of this.#experiences)
      if (leftAtMs === undefined) all.set(peer, status)
    return all
  }

  up(): Peer[] {
    return [...this.#experiences].filter(([, { status }]) => status === 'up').map(([peer]) => peer)
  }

  /** As {@link ChordRpc.call}; questions to ourselves are answered at once. Rejects only when Chord is stopped. */
  async call<T extends ChordRequest['type']>(
    peer: Peer,
    request: Extract<ChordRequest, { type: T }>,
    ownTimeoutMs: number = MAINTENANCE_TIMEOUT_MS
  ): Promise<ReplyOf[T] | undefined> {
    const { self, rpc, runtime, tasks, answer } = this.#options
    const timeoutMs = Math.max(ownTimeoutMs, Math.min(PATIENCE * this.#answerMs, PATIENCE_MAX_MS))
    if (peer === self) return (await answer?.(request)) as ReplyOf[T] | undefined
    const askedAtMs = runtime.clock.monotonic()
    const experience = this.#experiences.get(peer)
    if (experience !== undefined) experience.askedAtMs = askedAtMs
    const reply = await rpc.call<T>(peer, request, { timeoutMs, signal: tasks.signal })
    tasks.signal.throwIfAborted()
    const tookMs = runtime.clock.monotonic() - askedAtMs
    if (reply !== undefined) {
      this.#answerMs += ANSWER_SMOOTHING * (tookMs - this.#answerMs)
      this.#answered(peer)
    } else if (tookMs > timeoutMs + LATE_MS) this.late()
    else this.#unanswered(peer, askedAtMs)
    return reply
  }

  /** How long another peer takes to answer at present, smoothed. That one which is dead says nothing does not count. */
  get answerMs(): number {
    return this.#answerMs
  }

  /** A sign of life: any authenticated message. */
  heard(peer: Peer): void {
    if (peer === this.#options.self) return
    const experience = this.#experiences.get(peer) ?? this.#meet(peer)
    experience.heardAtMs = this.#now()
    if (experience.status === 'down' && !this.#isLeaving(experience)) this.check(peer)
  }

  /** Finds out whether a peer is there, unless it gave a sign of life within `quietMs`. Of one that never did it is not assumed. */
  check(peer: Peer, quietMs = 0): void {
    const experience =
      this.#experiences.get(peer) ?? this.#remember(peer, 'suspect', Number.NEGATIVE_INFINITY)
    if (experience.asking || this.#now() - experience.heardAtMs < quietMs) return
    experience.asking = true
    this.#options.tasks.start(async () => {
      try {
        await this.call(peer, { type: 'ping' }, CHECK_TIMEOUT_MS)
      } finally {
        experience.asking = false
      }
      if (experience.silentSinceMs !== undefined) this.#suspect(peer, experience)
    })
  }

  /**
   * Others name a peer that we hold to be down. It may have come back and joined through somebody else, and as long as we
   * do not know our lists would leave it out.
   */
  recheck(peer: Peer): void {
    const experience = this.#experiences.get(peer)
    if (experience === undefined || this.#isLeaving(experience)) return
    if (this.#now() - experience.askedAtMs >= RECHECK_MS) this.check(peer)
  }

  /** Finds out whether a peer is there, of which little was heard lately, or nothing ever. */
  lookAfter(peer: Peer): void {
    if (this.routable(peer) === 'down') this.recheck(peer)
    else this.check(peer, CHECK_QUIET_MS)
  }

  /**
   * Asks a peer of the book whether it is there. That it is not is no news, but our tables may name it all the same, as
   * others did.
   */
  async contact(peer: Peer): Promise<ReplyOf['ping'] | undefined> {
    if (this.#experiences.has(peer)) return this.call(peer, { type: 'ping' })
    const reply = await this.#ping(peer, MAINTENANCE_TIMEOUT_MS)
    if (reply === undefined && !this.#experiences.has(peer)) {
      this.#remember(peer, 'down')
      this.#options.onDown(peer)
    }
    return reply
  }

  /**
   * Whether we reach a peer that somebody else suspects. That we do not is left to whoever asked: if it made us suspicious
   * too, one cut line would make everybody ask everybody about everybody.
   */
  async reaches(peer: Peer): Promise<boolean> {
    if (peer === this.#options.self) return true
    if (this.#experiences.get(peer)?.status === 'down') return false
    return (await this.#ping(peer, PROBE_PING_TIMEOUT_MS)) !== undefined
  }

  /** It leaves for good: what it still says in the next moments counts no more. */
  left(peer: Peer): void {
    const experience = this.#experiences.get(peer) ?? this.#remember(peer, 'down')
    experience.status = 'down'
    experience.leftAtMs = this.#now()
    this.#options.events.emit({ type: 'peer.left', peer })
    this.#options.onDown(peer)
  }

  /** Our own event loop was late. */
  late(): void {
    this.#guardedUntilMs = this.#now() + GUARD_MS
  }

  /** Its answer counts, and that there is none does not. */
  async #ping(peer: Peer, timeoutMs: number): Promise<ReplyOf['ping'] | undefined> {
    const { rpc, tasks } = this.#options
    const reply = await rpc.call(peer, { type: 'ping' }, { timeoutMs, signal: tasks.signal })
    tasks.signal.throwIfAborted()
    if (reply !== undefined) this.#answered(peer)
    return reply
  }

  #answered(peer: Peer): void {
    const experience = this.#experiences.get(peer) ?? this.#meet(peer)
    if (this.#isLeaving(experience)) return
    const before = experience.status
    experience.heardAtMs = this.#now()
    experience.silentSinceMs = undefined
    experience.leftAtMs = undefined
    experience.status = 'up'
    this.#options.onAnswer(peer)
    if (before === 'up') return
    this.#options.events.emit({ type: 'peer.up', peer })
    if (before === 'down') this.#options.onReturn(peer)
  }

  #unanswered(peer: Peer, askedAtMs: number): void {
    const experience = this.#experiences.get(peer) ?? this.#remember(peer, 'up')
    if (experience.status === 'down' || this.#now() < this.#guardedUntilMs) return
    experience.silentSinceMs ??= askedAtMs
    if (!experience.asking) this.#suspect(peer, experience)
  }

  #suspect(peer: Peer, experience: Experience): void {
    if (experience.status === 'down') return
    if (experience.status === 'up') {
      experience.status = 'suspect'
      this.#options.events.emit({ type: 'peer.suspect', peer })
    }
    experience.asking = true
    this.#options.tasks.start(async () => {
      try {
        await this.#confirm(peer, experience)
      } finally {
        experience.asking = false
      }
    })
  }

  /** Ends with the peer up or down, at the latest DEAD_MS and a question after its silence began. */
  async #confirm(peer: Peer, experience: Experience): Promise<void> {
    const { runtime, tasks } = this.#options
    while (experience.status === 'suspect') {
      const askedAtMs = this.#now()
      const [, alive] = await Promise.all([
        this.call(peer, { type: 'ping' }, PING_TIMEOUT_MS),
        this.#reachedByOthers(peer)
      ])
      const since = experience.silentSinceMs
      if (experience.status !== 'suspect' || since === undefined) return
      if (this.#now() >= this.#guardedUntilMs) {
        const silent = !alive && experience.heardAtMs < askedAtMs
        if (silent || this.#now() - since >= DEAD_MS) {
          this.#down(peer, experience)
          return
        }
      }
      await sleep(runtime.clock, CONFIRM_PAUSE_MS, tasks.signal)
    }
  }

  async #reachedByOthers(peer: Peer): Promise<boolean> {
    const helpers = this.up().filter(helper => helper !== peer)
    const chosen = sample(this.#options.runtime.random, helpers, PROBES_MAX)
    const replies = await Promise.all(
      chosen.map(helper => this.call(helper, { type: 'probe', peer }, PING_TIMEOUT_MS))
    )
    return replies.some(reply => reply?.alive)
  }

  #down(peer: Peer, experience: Experience): void {
    experience.status = 'down'
    this.#options.events.emit({ type: 'peer.down', peer })
    this.#options.onDown(peer)
  }

  #isLeaving({ leftAtMs }: Experience): boolean {
    return leftAtMs !== undefined && this.#now() - leftAtMs < LEAVING_MS
  }

  #meet(peer: Peer): Experience {
    const experience = this.#remember(peer, 'up')
    this.#options.events.emit({ type: 'peer.up', peer })
    return experience
  }

  #remember(peer: Peer, status: PeerStatus, heardAtMs = this.#now()): Experience {
    if (this.#experiences.size >= PEER_BOOK_MAX) this.#forgetQuietest()
    const experience: Experience = {
      status,
      heardAtMs,
      askedAtMs: Number.NEGATIVE_INFINITY,
      silentSinceMs: undefined,
      asking: false,
      leftAtMs: undefined
    }
    this.#experiences.set(peer, experience)
    return experience
  }

  #forgetQuietest(): void {
    let quietest: Peer | undefined
    let heardAtMs = Number.POSITIVE_INFINITY
    for (const [peer, experience] of this.#experiences) {
      if (experience.heardAtMs < heardAtMs && !experience.asking) {
        quietest = peer
        heardAtMs = experience.heardAtMs
      }
    }
    if (quietest !== undefined) this.#experiences.delete(quietest)
  }

  #now(): number {
    return this.#options.runtime.clock.monotonic()
  }
}
