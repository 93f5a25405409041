/** What the demo says of itself: to programs as JSON, to a person as one line. */
import { duration, thousands } from '../render.ts'
import type { Colours } from '../terminal.ts'

/** `stopped`: drained, and can be started again. `left`: for good. */
export type PeerState = 'running' | 'killed' | 'paused' | 'stopped' | 'left'
export type Doing = 'starting' | 'stopping' | 'leaving'

export interface PeerInfo {
  readonly number: number
  /** Null until it was ready once. */
  readonly peerId: string | null
  /** Of its gateway. */
  readonly url: string | null
  /** Null while there is no process. */
  readonly pid: number | null
  readonly state: PeerState
  /** What is being done to it; it is in `state` until that is done. */
  readonly doing: Doing | null
}

export interface RingInfo {
  readonly peers: readonly PeerInfo[]
  /** Numbers of the peers on each side; empty while nobody is cut off. Those that have left are on none. */
  readonly partitions: readonly (readonly number[])[]
}

export interface LoadInfo {
  readonly load: boolean
  /** Writes of the load that were acknowledged, all together. */
  readonly acknowledged: number
  /** Of these, those that are not there any more. */
  readonly lost: number
  /** Reads that showed less than was acknowledged before they began. */
  readonly wrong: number
  /** The longest that a slot could not be written after the last fault (takeover.ts), whole ms; null before the first. */
  readonly lastTakeoverMs: number | null
}

export interface DemoState extends RingInfo, LoadInfo {}

/** Peers by what became of them, after what the load has seen. */
export function statusText(state: DemoState, { bold, dim, green, red, yellow }: Colours): string {
  const { acknowledged, lost, wrong, lastTakeoverMs, peers, partitions } = state
  const count = lost === 0 ? green('0') : bold(red(thousands(lost)))
  const parts = [
    `acknowledged writes: ${thousands(acknowledged)}, lost: ${count}`,
    ...(wrong > 0 ? [bold(red(`wrong answers: ${thousands(wrong)}`))] : []),
    `last takeover: ${lastTakeoverMs === null ? 'none yet' : duration(lastTakeoverMs)}`,
    ...(state.load ? [] : [dim('load off')]),
    ...states(peers).map(([name, numbers]) =>
      name === 'running' ? `${numbers.length} running` : yellow(`${name}: ${numbers.join(' ')}`)
    ),
    ...(partitions.length === 0 ? [] : [yellow(`cut: ${partitions.map(side => side.join(' ')).join(' | ')}`)])
  ]
  return parts.join(dim(' · '))
}

/** Numbers by state, running ones first; those that have left are of no interest any more. */
function states(peers: readonly PeerInfo[]): [PeerState | Doing, number[]][] {
  const found = new Map<PeerState | Doing, number[]>([['running', []]])
  for (const { number, state, doing } of peers) {
    if (state === 'left') continue
    const name = doing ?? state
    found.set(name, [...(found.get(name) ?? []), number])
  }
  return [...found]
}
