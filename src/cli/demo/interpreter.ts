/** Says whether a command makes sense now, has it done, and tells what came of it: the same for prompt and HTTP. */
import { ConflictError, NotFoundError } from '../../errors.ts'
import { counted, duration, shortPeer } from '../render.ts'
import { type Command, commandHelp, type PeerVerb, parseCommand } from './command.ts'
import type { DemoState, Doing, PeerInfo, RingInfo } from './state.ts'

/** What the commands act on. */
export interface Stage {
  readonly state: DemoState
  /** How many sides there would be if these peers were cut off from all others. */
  sidesAfter(numbers: readonly number[]): number
  /** Peers that the demo may have. */
  readonly peersMax: number
  kill(number: number): Promise<void>
  drain(number: number): Promise<void>
  start(number: number): Promise<void>
  pause(number: number): void
  resume(number: number): void
  leave(number: number): Promise<void>
  add(): Promise<number>
  partition(numbers: readonly number[]): Promise<void>
  join(): Promise<void>
  setLoad(on: boolean): Promise<void>
  /** Ends the demo, soon. */
  quit(): void
  /** Monotonic, ms. */
  nowMs(): number
}

const DOING: Readonly<Record<Doing, string>> = {
  starting: 'is being started',
  stopping: 'is draining',
  leaving: 'is leaving the ring'
}

export class Interpreter {
  readonly #stage: Stage

  constructor(stage: Stage) {
    this.#stage = stage
  }

  /**
   * Resolves with what there is to say, as lines, when it is done.
   * @throws InvalidRequestError it is no command
   * @throws NotFoundError there is no such peer
   * @throws ConflictError it makes no sense now
   */
  async run(text: string): Promise<string[]> {
    const command = parseCommand(text)
    if (command === undefined) return []
    switch (command.verb) {
      case 'help':
        return commandHelp()
      case 'status':
        return statusLines(this.#stage.state)
      case 'quit':
        this.#stage.quit()
        return ['stopping the demo']
      case 'load':
        return this.#load(command.on)
      case 'add':
        return this.#add()
      case 'partition':
        return this.#partition(command.numbers)
      case 'heal':
        return this.#heal()
      default:
        return this.#toPeer(command)
    }
  }

  async #toPeer({ verb, number }: Extract<Command, { verb: PeerVerb }>): Promise<string[]> {
    const peer = this.#peer(number)
    this.#check(verb, peer)
    const beganMs = this.#stage.nowMs()
    const took = () => duration(this.#stage.nowMs() - beganMs)
    switch (verb) {
      case 'kill':
        await this.#stage.kill(number)
        return [`peer ${number} is dead; start ${number} brings it back`]
      case 'stop':
        await this.#stage.drain(number)
        return [`peer ${number} drained and stopped in ${took()}; start ${number} brings it back`]
      case 'start':
        await this.#stage.start(number)
        return [`peer ${number} is back, ready in ${took()}`]
      case 'pause':
        this.#stage.pause(number)
        return [`peer ${number} is paused; resume ${number} lets it go on`]
      case 'resume':
        this.#stage.resume(number)
        return [`peer ${number} goes on`]
      case 'leave':
        await this.#stage.leave(number)
        return [`peer ${number} has left the ring in ${took()}`]
    }
  }

  async #load(on: boolean): Promise<string[]> {
    if (this.#stage.state.load === on) throw new ConflictError(`The load is ${on ? 'on' : 'off'} already`)
    await this.#stage.setLoad(on)
    return [`the load is ${on ? 'on' : 'off'}`]
  }

  async #add(): Promise<string[]> {
    const { peersMax, nowMs, state } = this.#stage
    const present = presentOf(state)
    if (present.length >= peersMax)
      throw new ConflictError(`The demo has ${peersMax} peers and takes no more`)
    const beganMs = nowMs()
    const number = await this.#stage.add()
    const url = this.#peer(number).url
    return [
      `peer ${number} has joined${url === null ? '' : `   ${url}`}   ready in ${duration(nowMs() - beganMs)}`
    ]
  }

  async #partition(numbers: readonly number[]): Promise<string[]> {
    for (const number of numbers) {
      const { state } = this.#peer(number)
      if (state === 'left') throw leftError(number)
    }
    const { state } = this.#stage
    const present = presentOf(state)
    if (present.every(({ number }) => numbers.includes(number))) {
      throw new ConflictError('These are all peers: there is nobody to cut them off from')
    }
    const before = Math.max(1, state.partitions.length)
    if (this.#stage.sidesAfter(numbers) === before) {
      const who = numbers.length === 1 ? `Peer ${numbers[0]} is` : `Peers ${numbers.join(', ')} are`
      throw new ConflictError(`${who} cut off already; heal joins all again`)
    }
    await this.#stage.partition(numbers)
    return [`cut: ${cutText(this.#stage.state)}; heal joins them again`]
  }

  /** Everything at once, and the peers that cannot be started do not keep the others from it. */
  async #heal(): Promise<string[]> {
    const { state } = this.#stage
    const idle = presentOf(state).filter(({ doing }) => doing === null)
    const paused = idle.filter(peer => peer.state === 'paused')
    const down = idle.filter(peer => peer.state === 'killed' || peer.state === 'stopped')
    const cut = state.partitions.length > 0
    if (!cut && paused.length === 0 && down.length === 0) {
      throw new ConflictError('There is nothing to heal: every peer runs and reaches all others')
    }
    for (const { number } of paused) this.#stage.resume(number)
    if (cut) await this.#stage.join()
    const started = await Promise.allSettled(down.map(({ number }) => this.#stage.start(number)))
    const failed = started.find(each => each.status === 'rejected')
    if (failed !== undefined) throw failed.reason
    return [
      ...(cut ? ['all reach each other again'] : []),
      ...paused.map(({ number }) => `peer ${number} goes on`),
      ...down.map(({ number }) => `peer ${number} is back`)
    ]
  }

  /** @throws NotFoundError */
  #peer(number: number): PeerInfo {
    const { peers } = this.#stage.state
    const peer = peers.find(each => each.number === number)
    if (peer !== undefined) return peer
    throw new NotFoundError(
      `There is no peer ${number}; there are ${peers.map(each => each.number).join(', ')}`
    )
  }

  /** @throws ConflictError names what to do instead */
  #check(verb: PeerVerb, { number, state, doing }: PeerInfo): void {
    if (state === 'left') throw leftError(number)
    // Whatever is being done to a process, killing it ends that.
    if (doing !== null && verb !== 'kill') {
      throw new ConflictError(`Peer ${number} ${DOING[doing]}; wait for it, or kill ${number}`)
    }
    const down = state === 'killed' || state === 'stopped'
    if (verb === 'start') {
      if (state === 'paused') throw new ConflictError(`Peer ${number} is paused; resume ${number}`)
      if (!down) throw new ConflictError(`Peer ${number} is running already`)
      return
    }
    if (down && doing !== 'starting')
      throw new ConflictError(`Peer ${number} is not running; start ${number}`)
    if (verb === 'resume' && state !== 'paused') throw new ConflictError(`Peer ${number} is not paused`)
    if (verb === 'pause' && state === 'paused') {
      throw new ConflictError(`Peer ${number} is paused already; resume ${number}`)
    }
    if ((verb === 'stop' || verb === 'leave') && state === 'paused') {
      throw new ConflictError(`Peer ${number} is paused and hears nothing; resume ${number} first`)
    }
    if (verb === 'leave') this.#checkLeave(number)
  }

  #checkLeave(number: number): void {
    const { state } = this.#stage
    const others = presentOf(state).filter(peer => peer.state === 'running' && peer.number !== number)
    if (others.length === 0) {
      throw new ConflictError(`Nobody else runs who could take what peer ${number} holds; add a peer first`)
    }
    if (state.partitions.length > 0) {
      throw new ConflictError(`The ring is cut (${cutText(state)}), and nothing can move across; heal first`)
    }
  }
}

function leftError(number: number): ConflictError {
  return new ConflictError(`Peer ${number} has left the ring for good; add starts a new one`)
}

function presentOf({ peers }: RingInfo): PeerInfo[] {
  return peers.filter(({ state }) => state !== 'left')
}

function cutText({ partitions }: RingInfo): string {
  return partitions.map(side => side.join(' ')).join(' | ')
}

function statusLines(state: DemoState): string[] {
  const { peers, load, acknowledged, lost, wrong, lastTakeoverMs } = state
  const takeover = lastTakeoverMs === null ? 'none yet' : duration(lastTakeoverMs)
  return [
    ...peers.map(({ number, peerId, state, doing, url, pid }) => {
      const name = peerId === null ? '' : `  ${shortPeer(peerId)}`
      const place = pid === null ? '' : `   ${url ?? ''}   pid ${pid}`
      return `peer ${number}${name}  ${doing ?? state}${place}`
    }),
    ...(state.partitions.length === 0 ? [] : [`cut: ${cutText(state)}`]),
    `load ${load ? 'on' : 'off'}: ${counted(acknowledged, 'acknowledged write')}, lost: ${lost}, ${counted(wrong, 'wrong answer')}, last takeover: ${takeover}`
  ]
}
