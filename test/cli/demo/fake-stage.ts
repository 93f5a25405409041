/** A demo without processes: what is done to it is written down, and its state is changed as the real one's would be. */
import type { Stage } from '../../../src/cli/demo/interpreter.ts'
import { Islands } from '../../../src/cli/demo/islands.ts'
import type { DemoState, PeerInfo, PeerState } from '../../../src/cli/demo/state.ts'

export class FakeStage implements Stage {
  readonly calls: string[] = []
  readonly peersMax = 6
  readonly #islands = new Islands()
  #peers: PeerInfo[]
  #load = true

  constructor(count: number) {
    this.#peers = Array.from({ length: count }, (_, index) => peerInfo(index + 1))
  }

  get state(): DemoState {
    const peers = this.#peers
    const present = peers.filter(({ state }) => state !== 'left').map(({ number }) => number)
    return {
      peers,
      partitions: this.#islands.whole ? [] : this.#islands.sides(present),
      load: this.#load,
      acknowledged: 1_204,
      lost: 0,
      wrong: 0,
      lastTakeoverMs: 1_400
    }
  }

  change(number: number, change: Partial<PeerInfo>): void {
    this.#peers = this.#peers.map(peer => (peer.number === number ? { ...peer, ...change } : peer))
  }

  sidesAfter(numbers: readonly number[]): number {
    const islands = new Islands(this.#islands)
    islands.split(numbers)
    return islands.sides(this.#peers.map(({ number }) => number)).length
  }

  kill = async (number: number) => this.#become('kill', number, 'killed')
  drain = async (number: number) => this.#become('drain', number, 'stopped')
  start = async (number: number) => this.#become('start', number, 'running')
  pause = (number: number) => this.#become('pause', number, 'paused')
  resume = (number: number) => this.#become('resume', number, 'running')
  leave = async (number: number) => this.#become('leave', number, 'left')

  async add(): Promise<number> {
    const number = this.#peers.length + 1
    this.calls.push('add')
    this.#peers = [...this.#peers, peerInfo(number)]
    return number
  }

  async partition(numbers: readonly number[]): Promise<void> {
    this.calls.push(`partition ${numbers.join(' ')}`)
    this.#islands.split(numbers)
  }

  async join(): Promise<void> {
    this.calls.push('join')
    this.#islands.heal()
  }

  async setLoad(on: boolean): Promise<void> {
    this.calls.push(`load ${on}`)
    this.#load = on
  }

  quit(): void {
    this.calls.push('quit')
  }

  nowMs(): number {
    return 0
  }

  #become(call: string, number: number, state: PeerState): void {
    this.calls.push(`${call} ${number}`)
    this.change(number, { state, pid: ['running', 'paused'].includes(state) ? 4_000 + number : null })
  }
}

function peerInfo(number: number): PeerInfo {
  return {
    number,
    peerId: `12D3KooW-peer-${number}`,
    url: `http://127.0.0.1:${4_999 + number}`,
    pid: 4_000 + number,
    state: 'running',
    doing: null
  }
}
