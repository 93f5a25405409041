/**
 * The faults of a run, as data: drawn from the seed before the run begins, each with its moment and its arguments, so
 * that any of them can be left out without moving the others. Peers are meant by number, modulo those there are.
 */
import { pick, type Random } from '../../src/runtime.ts'
import { SPOTS, type Spot } from './ambush.ts'
import { DAMAGES, type Damage } from './disk.ts'
import { ALL_FAULTS, type Fault, type RunOptions } from './options.ts'
import { seededRandom } from './random.ts'

export type Step = {
  readonly atMs: number
} /** kill -9; `kept`: the part of the writes under way that survives. */ & (
  | { readonly kind: 'crash'; readonly peer: number; readonly kept: number; readonly downMs: number }
  /**
   * Whoever is the `nth` to say or write what is meant by `spot` is killed there. What it says at that moment is lost for
   * peers whose bit is set in `lost`. With `stays` it comes back after all others, if every slot can bear that.
   */
  | {
      readonly kind: 'ambush'
      readonly spot: Spot
      readonly nth: number
      readonly lost: number
      readonly kept: number
      readonly downMs: number
      readonly stays: boolean
    }
  /** As a crash, and it takes seconds until somebody starts the peer again. */
  | { readonly kind: 'outage'; readonly peer: number; readonly kept: number; readonly downMs: number }
  /** The peer is stopped as one should, and started again. */
  | { readonly kind: 'stop'; readonly peer: number; readonly downMs: number }
  /** Power fails for all peers, or for the members of one slot. */
  | { readonly kind: 'power'; readonly slot: number | 'all'; readonly kept: number; readonly downMs: number }
  /** Peers whose bit is set hear nobody else, nor are they heard. */
  | { readonly kind: 'partition'; readonly sides: number; readonly ms: number }
  /** Nothing arrives at `to` from `from`; from nobody when that is 'all'. */
  | { readonly kind: 'one-way'; readonly from: number | 'all'; readonly to: number; readonly ms: number }
  /** The leader of a slot, and `others` more peers, with the clients that they serve, are cut off. */
  | { readonly kind: 'isolate'; readonly slot: number; readonly others: number; readonly ms: number }
  | { readonly kind: 'pause'; readonly peer: number; readonly ms: number }
  | { readonly kind: 'wall-jump'; readonly peer: number; readonly aheadMs: number }
  | { readonly kind: 'slow-disk'; readonly peer: number; readonly flushMs: number; readonly ms: number }
  | { readonly kind: 'refuse-disk'; readonly peer: number; readonly downMs: number }
  /** The peer comes back with an empty disk, if every slot can bear that. */
  | { readonly kind: 'wipe'; readonly peer: number; readonly downMs: number }
  /** The peer comes back with the disk as it was before its last start, if every slot can bear that. */
  | { readonly kind: 'roll-back'; readonly peer: number; readonly downMs: number }
  /**
   * A value on the disk is spoiled, if every slot can bear to lose that disk. With `restart` only the platter has it so
   * far, as the rest is read from memory, and the peer is killed: it comes back to it.
   */
  | ({
      readonly kind: 'damage'
      readonly peer: number
      readonly restart: boolean
      readonly downMs: number
    } & Damage)
  | { readonly kind: 'join' }
  | { readonly kind: 'leave'; readonly peer: number }
  /** For so long everybody is told nonsense about where slots should be. */
  | { readonly kind: 'lie'; readonly ms: number; readonly salt: number }
)

type Draw = (random: Random, options: RunOptions) => Step | undefined

/** A class of faults that has no steps is in the options alone. */
const DRAWS: Readonly<Record<Fault, Draw | undefined>> = {
  crash: random => ({
    atMs: 0,
    kind: 'crash',
    peer: any(random),
    kept: random.next(),
    downMs: upTo(random, 900)
  }),
  power: (random, { slots }) => ({
    atMs: 0,
    kind: 'power',
    slot: random.next() < 0.5 ? 'all' : any(random) % slots,
    kept: random.next(),
    downMs: upTo(random, 400)
  }),
  partition: random => ({ atMs: 0, kind: 'partition', sides: any(random), ms: upTo(random, 3_000) }),
  'one-way': random => ({
    atMs: 0,
    kind: 'one-way',
    from: random.next() < 0.5 ? 'all' : any(random),
    to: any(random),
    ms: upTo(random, 3_000)
  }),
  isolate: (random, { slots }) => ({
    atMs: 0,
    kind: 'isolate',
    slot: any(random) % slots,
    others: random.next() < 0.3 ? 1 : 0,
    ms: 1_000 + upTo(random, 2_500)
  }),
  pause: random => ({
    atMs: 0,
    kind: 'pause',
    peer: any(random),
    ms: random.next() < 0.7 ? upTo(random, 1_500) : upTo(random, 10_000)
  }),
  'wall-jump': random => ({
    atMs: 0,
    kind: 'wall-jump',
    peer: any(random),
    aheadMs: upTo(random, 7_200_000) - 3_600_000
  }),
  'slow-disk': random => ({
    atMs: 0,
    kind: 'slow-disk',
    peer: any(random),
    flushMs: random.next() < 0.7 ? upTo(random, 300) : upTo(random, 4_000),
    ms: upTo(random, 3_000)
  }),
  'refuse-disk': random => ({ atMs: 0, kind: 'refuse-disk', peer: any(random), downMs: upTo(random, 900) }),
  wipe: random => ({ atMs: 0, kind: 'wipe', peer: any(random), downMs: upTo(random, 900) }),
  'roll-back': random => ({ atMs: 0, kind: 'roll-back', peer: any(random), downMs: upTo(random, 900) }),
  damage: random => ({
    atMs: 0,
    kind: 'damage',
    peer: any(random),
    how: pick(random, DAMAGES)!,
    sort: any(random),
    at: any(random),
    restart: random.next() < 0.5,
    downMs: upTo(random, 900)
  }),
  ambush: random => ({
    atMs: 0,
    kind: 'ambush',
    spot: pick(random, SPOTS)!,
    nth: 1 + Math.floor(6 * random.next() ** 2), // the first one mostly: some are rare
    lost: random.next() < 0.5 ? 0 : any(random),
    kept: random.next(),
    downMs: random.next() < 0.6 ? upTo(random, 900) : upTo(random, 5_000),
    stays: random.next() < 0.7
  }),
  outage: random => ({
    atMs: 0,
    kind: 'outage',
    peer: any(random),
    kept: random.next(),
    downMs: 1_000 + upTo(random, 5_000)
  }),
  stop: random => ({ atMs: 0, kind: 'stop', peer: any(random), downMs: upTo(random, 900) }),
  join: () => ({ atMs: 0, kind: 'join' }),
  leave: random => ({ atMs: 0, kind: 'leave', peer: any(random) }),
  lie: random => ({ atMs: 0, kind: 'lie', ms: 500 + upTo(random, 3_000), salt: any(random) }),
  'rough-network': undefined
}

/** In the order of their moments. */
export function drawSchedule(options: RunOptions): Step[] {
  const steps = ALL_FAULTS.flatMap(fault => {
    const draw = DRAWS[fault]
    if (draw === undefined || !options.faults.includes(fault)) return []
    const random = seededRandom(options.seed, `fault ${fault}`)
    const drawn: Step[] = []
    for (let atMs = upTo(random, options.everyMs[fault]); atMs < options.chaosMs; ) {
      const step = draw(random, options)
      if (step !== undefined) drawn.push({ ...step, atMs })
      atMs += upTo(random, 2 * options.everyMs[fault])
    }
    return drawn
  })
  return steps.sort((a, b) => a.atMs - b.atMs)
}

function any(random: Random): number {
  return Math.floor(random.next() * 65_536)
}

function upTo(random: Random, ms: number): number {
  return Math.ceil(random.next() * ms)
}
