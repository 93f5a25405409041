/** What a bench does, and how often: a name, or parts such as `read=90,write=10`. */
import { InvalidArgumentError } from 'commander'
import type { Draws } from './seeded-random.ts'

const OPERATIONS = ['read', 'stale', 'write', 'update', 'heartbeat'] as const
export type Operation = (typeof OPERATIONS)[number]

export interface Part {
  readonly operation: Operation
  /** Of the sum of all weights. */
  readonly weight: number
}

/** At least one part, and each operation once. */
export type Mix = readonly Part[]

/** Parts of a million are finer than any run is long. */
const WEIGHT_MAX = 1_000_000

/** Next to these, each operation is the name of the mix of nothing else. */
const NAMED: Readonly<Record<string, Mix>> = {
  mixed: [
    { operation: 'read', weight: 90 },
    { operation: 'write', weight: 10 }
  ],
  presence: [{ operation: 'heartbeat', weight: 1 }]
}

export const MIX_DEFAULT: Mix = NAMED.mixed!

/** @throws InvalidArgumentError says what a mix is */
export function mixValue(text: string): Mix {
  return Object.hasOwn(NAMED, text) ? NAMED[text]! : partsOf(text)
}

function partsOf(text: string): Mix {
  const mix: Part[] = []
  for (const part of text.split(',')) {
    const [, name, number = '1'] = /^([a-z]+)(?:=([0-9]{1,7}))?$/.exec(part.trim()) ?? []
    const operation = OPERATIONS.find(each => each === name)
    const weight = Number(number)
    if (operation === undefined || weight < 1 || weight > WEIGHT_MAX) {
      throw new InvalidArgumentError(
        `Give ${[...Object.keys(NAMED), ...OPERATIONS].join(', ')}, or parts such as read=90,write=10.`
      )
    }
    if (mix.some(each => each.operation === operation)) {
      throw new InvalidArgumentError(`It has ${operation} twice.`)
    }
    mix.push({ operation, weight })
  }
  return mix
}

/** `read=90,write=10` */
export function formatMix(mix: Mix): string {
  return mix.map(({ operation, weight }) => `${operation}=${weight}`).join(',')
}

export function hasOperation(mix: Mix, operation: Operation): boolean {
  return mix.some(part => part.operation === operation)
}

/** Each as often as its weight says. */
export function drawOperation(mix: Mix, random: Draws): Operation {
  const sum = mix.reduce((total, part) => total + part.weight, 0)
  let left = random.next() * sum
  for (const { operation, weight } of mix) {
    left -= weight
    if (left < 0) return operation
  }
  return mix.at(-1)!.operation // rounding
}
