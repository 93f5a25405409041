/**
 * What one run is like, drawn from its seed. Every class of faults is off in half of the runs (swarm testing): faults
 * hide each other, and a run without crashes gets to places that one with crashes never sees.
 */
import type { NetworkOptions } from './network.ts'
import { seededRandom } from './random.ts'

const FAULTS = [
  'crash',
  'power',
  'partition',
  'one-way',
  'isolate',
  'pause',
  'wall-jump',
  'slow-disk',
  'refuse-disk',
  'wipe',
  'roll-back',
  'join',
  'leave',
  'lie',
  'rough-network'
] as const
/** Came later. Each is drawn from a stream of its own, so that every seed stayed the run that it was, but for them. */
const LATER_FAULTS = ['damage', 'ambush', 'outage', 'stop'] as const
export type Fault = (typeof FAULTS)[number] | (typeof LATER_FAULTS)[number]
export const ALL_FAULTS: readonly Fault[] = [...FAULTS, ...LATER_FAULTS]

export interface RunOptions {
  readonly seed: string
  readonly peers: number
  readonly replicas: number
  readonly slots: number
  readonly virtualNodes: number
  readonly clients: number
  /** Keys that all clients write at the same time; others take their place after a while. */
  readonly users: number
  readonly usersMs: number
  /** Between two calls of one client. */
  readonly thinkMs: number
  readonly faults: readonly Fault[]
  readonly chaosMs: number
  /** One fault after the other comes within so long, of each class. */
  readonly everyMs: Readonly<Record<Fault, number>>
  readonly network: NetworkOptions
  readonly flushMs: readonly [min: number, max: number]
  readonly lateReads: boolean
  /** Of the clocks of the peers, at most. */
  readonly drift: number
  readonly wallAheadMs: number
  /** The slots begin with one member, as in a new ring, or with as many as they should have. */
  readonly genesis: 'one' | 'all'
  /** A minority of the peers stays broken for ever, and the others must get on without them. */
  readonly core: boolean
}

/** What kind of runs is asked for. */
export interface Wish {
  readonly core?: boolean | undefined
  /** After all else slots lose their majority for good, and an operator recovers them. */
  readonly recovery?: boolean | undefined
}

const CHAOS_MS = 8_000
/** The recovery has its own. */
const CHAOS_BEFORE_RECOVERY_MS = 1_500
/** Where a minority is broken for ever nobody else may lose a disk, and nobody comes or goes. */
const NOT_IN_CORE: ReadonlySet<Fault> = new Set(['wipe', 'roll-back', 'damage', 'join', 'leave'])

export function drawOptions(seed: string, { core = false, recovery = false }: Wish = {}): RunOptions {
  const random = seededRandom(seed, 'options')
  const between = (min: number, max: number) => min + random.next() * (max - min)
  const whole = (min: number, max: number) => Math.floor(between(min, max + 1))
  const chance = (part: number) => random.next() < part
  const replicas = core || chance(0.75) ? 3 : [1, 2, 5][whole(0, 2)]!
  const peers = Math.max(whole(3, 6), Math.min(replicas, 5))
  const faults = FAULTS.filter(() => chance(0.5))
  const everyMs = Object.fromEntries(FAULTS.map(fault => [fault, between(1_500, 8_000)]))
  const later = LATER_FAULTS.map(fault => drawLater(seed, fault))
  const rough = faults.includes('rough-network')
  return {
    seed,
    peers,
    replicas,
    slots: 4,
    virtualNodes: 2,
    clients: whole(4, 8),
    users: whole(1, 5),
    usersMs: whole(1_500, 4_000),
    thinkMs: between(5, 60),
    faults: [...faults, ...later.filter(({ on }) => on).map(({ fault }) => fault)].filter(
      fault => !core || !NOT_IN_CORE.has(fault)
    ),
    chaosMs: recovery ? CHAOS_BEFORE_RECOVERY_MS : CHAOS_MS,
    everyMs: Object.assign(everyMs, ...later.map(({ fault, everyMs }) => ({ [fault]: everyMs }))),
    network: rough
      ? {
          delayMs: [0.5, between(5, 60)],
          slow: chance(0.3) ? between(0, 0.3) : between(0, 0.03),
          slowMs: [200, between(400, 3_000)],
          loss: between(0, 0.15),
          doubled: between(0, 0.05)
        }
      : { delayMs: [0.2, between(1, 10)] },
    flushMs: chance(0.6) ? [0.2, between(1, 15)] : [1, between(20, 120)],
    lateReads: chance(0.5),
    drift: chance(0.5) ? between(0, 0.05) : 0,
    wallAheadMs: chance(0.5) ? between(0, 3_600_000) : 0,
    genesis: !core && chance(0.3) ? 'one' : 'all',
    core
  }
}

function drawLater(seed: string, fault: Fault): { fault: Fault; on: boolean; everyMs: number } {
  const random = seededRandom(seed, `option ${fault}`)
  return { fault, on: random.next() < 0.5, everyMs: 1_500 + random.next() * 6_500 }
}
