/** The demo's peers together: started one after another, filled with users, watched, and stopped. */
import { setTimeout as pause } from 'node:timers/promises'
import { systemRandom } from '../runtime.ts'
import { Api } from './api.ts'
import { DemoPeer } from './demo-peer.ts'
import { Progress } from './progress.ts'
import { counted, duration, shortHex, shortPeer, thousands } from './render.ts'
import { storeUsers } from './store-users.ts'
import { line, type Terminal } from './terminal.ts'

const READY_WAIT_MS = 30_000
const READY_POLL_MS = 200
/** A peer that has not drained by then is killed. */
const STOP_TIMEOUT_MS = 15_000

export class DemoRing {
  readonly #terminal: Terminal
  readonly #directory: string
  readonly #signal: AbortSignal
  readonly #peers: DemoPeer[] = []
  #stopping = false

  /** `signal` ends starting and filling; `stop` is still to be called then. */
  constructor(terminal: Terminal, directory: string, signal: AbortSignal) {
    this.#terminal = terminal
    this.#directory = directory
    this.#signal = signal
  }

  get peers(): readonly DemoPeer[] {
    return this.#peers
  }

  /** Starts one more peer and says where it is. @throws FailedStart */
  async start(port: number, httpPort: number): Promise<void> {
    const { out, err, env } = this.#terminal
    const { bold, cyan, dim, green } = out.colours
    const progress = new Progress(err)
    const beganMs = performance.now()
    const peer = await DemoPeer.spawn({
      number: this.#peers.length + 1,
      directory: this.#directory,
      port,
      httpPort,
      join: this.#peers[0]?.ready.addresses[0],
      env,
      signal: this.#signal
    })
    this.#peers.push(peer)
    progress.update(`  starting peer ${peer.number}`)
    await peer.untilReady().finally(() => progress.clear())
    void this.#watch(peer)
    const { ready, number, pid } = peer
    const took = dim(`ready in ${duration(performance.now() - beganMs)}`)
    line(
      out,
      `  ${green('●')} peer ${number}  ${bold(shortPeer(ready.peer))}   ${cyan(ready.http)}   pid ${pid}   ${took}`
    )
  }

  /** Stores users 1…n through the first peer, and waits until the ring is whole. */
  async fill(users: number): Promise<void> {
    const { out, err } = this.#terminal
    const { green, yellow } = out.colours
    const { http, ring } = this.#peers[0]!.ready
    const api = new Api(http, this.#signal)
    const progress = new Progress(err)
    try {
      const beganMs = performance.now()
      await storeUsers(api, users, systemRandom, stored =>
        progress.update(`  storing users: ${thousands(stored)} of ${thousands(users)}`)
      )
      const took = duration(performance.now() - beganMs)
      progress.update('  waiting for the ring to settle')
      const ready = await this.#untilReady(api)
      progress.clear()
      const sign = ready ? green('✓') : yellow('…')
      const state = ready ? 'is ready' : 'is still settling: see `ring check`'
      line(out, `  ${sign} ring ${shortHex(ring)} ${state}   ${counted(users, 'user')} stored in ${took}`)
    } finally {
      progress.clear()
    }
  }

  async #untilReady(api: Api): Promise<boolean> {
    const untilMs = performance.now() + READY_WAIT_MS
    while (performance.now() < untilMs) {
      const ring = await api.ring()
      if (ring.ready && ring.peers.length >= this.#peers.length) return true
      await pause(READY_POLL_MS, undefined, { signal: this.#signal })
    }
    return false
  }

  /** Says when a peer ends that nobody here stopped, and how it comes back. */
  async #watch(peer: DemoPeer): Promise<void> {
    const how = await peer.ended
    if (this.#stopping || this.#signal.aborted) return
    const { err, program } = this.#terminal
    const { bold, dim, red, yellow } = err.colours
    const name = `peer ${peer.number}  ${bold(shortPeer(peer.ready.peer))}`
    if (how === 0) {
      line(err, `  ${yellow('○')} ${name} has stopped`)
      return
    }
    line(err, `  ${red('✗')} ${name} is dead (${how}): its users answer 503 until it is back`)
    const other = this.#peers.find(each => each.running)
    if (other === undefined) return
    const restart = peer.restartArguments(other.ready.addresses[0]!)
    line(err, dim(`    bring it back: ${program} ${restart.join(' ')}`))
  }

  /** Drains all peers; kills those that take too long, or all when `atOnce` settles. True when some were killed. */
  async stop(atOnce: Promise<unknown>): Promise<boolean> {
    this.#stopping = true
    for (const peer of this.#peers) peer.kill('SIGTERM')
    const allEnded = Promise.all(this.#peers.map(peer => peer.ended))
    const patience = new AbortController()
    const tooLong = pause(STOP_TIMEOUT_MS, undefined, { signal: patience.signal }).catch(() => {})
    await Promise.race([allEnded, atOnce, tooLong])
    patience.abort()
    const stragglers = this.#peers.filter(peer => peer.running)
    for (const peer of stragglers) peer.kill('SIGKILL')
    await allEnded
    return stragglers.length > 0
  }
}
