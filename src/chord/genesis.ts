/** What is fixed when a ring is made; every peer of it keeps a copy for ever. */
import { REPLICAS_DEFAULT, SLOTS_DEFAULT, VIRTUAL_NODES_DEFAULT, VIRTUAL_NODES_MAX } from '../constants.ts'
import { ConfigurationError } from '../errors.ts'
import { isSlotCount, SLOTS_MAX } from '../ring/slot.ts'
import type { Random } from '../runtime.ts'
import type { Peer } from './ring-node.ts'

export interface Genesis {
  /** 128 random bits as 32 lower-case hex digits. */
  readonly ringId: string
  readonly slots: number
  readonly replicas: number
  readonly virtualNodes: number
  readonly createdBy: Peer
}

/** What the first peer of a ring may choose; a joining peer must say the same or nothing. */
export interface RingOptions {
  /** @default 3 */
  readonly replicas?: number | undefined
  /** A power of two. @default 256 */
  readonly slots?: number | undefined
  /** @default 32 */
  readonly virtualNodes?: number | undefined
}

const REPLICAS_MAX = 16

export function createGenesis(options: RingOptions, createdBy: Peer, random: Random): Genesis {
  checkRingOptions(options)
  return {
    ringId: Array.from(random.bytes(16), byte => byte.toString(16).padStart(2, '0')).join(''),
    slots: options.slots ?? SLOTS_DEFAULT,
    replicas: options.replicas ?? REPLICAS_DEFAULT,
    virtualNodes: options.virtualNodes ?? VIRTUAL_NODES_DEFAULT,
    createdBy
  }
}

/** @throws ConfigurationError names the option, its value and what is allowed */
export function checkRingOptions({ replicas, slots, virtualNodes }: RingOptions): void {
  const within = (name: string, value: number | undefined, max: number) => {
    if (value !== undefined && !(Number.isInteger(value) && value >= 1 && value <= max)) {
      throw new ConfigurationError(`${name} is ${value}: give a whole number from 1 to ${max}`)
    }
  }
  within('replicas', replicas, REPLICAS_MAX)
  within('virtualNodes', virtualNodes, VIRTUAL_NODES_MAX)
  if (slots !== undefined && !isSlotCount(slots)) {
    throw new ConfigurationError(`slots is ${slots}: give a power of two from 1 to ${SLOTS_MAX}`)
  }
}

/** @throws ConfigurationError the joining peer was told other numbers than the ring was made with */
export function checkAgainstGenesis(options: RingOptions, genesis: Genesis): void {
  for (const name of ['replicas', 'slots', 'virtualNodes'] as const) {
    if (options[name] !== undefined && options[name] !== genesis[name]) {
      throw new ConfigurationError(
        `The ring was made with ${name} = ${genesis[name]}, this peer was told ${options[name]}: leave the option out`
      )
    }
  }
}

/** Of a record read from disk or received: undefined unless every field is sound. */
export function validGenesis(genesis: Genesis): boolean {
  try {
    checkRingOptions(genesis)
  } catch {
    return false
  }
  return /^[0-9a-f]{32}$/.test(genesis.ringId)
}
