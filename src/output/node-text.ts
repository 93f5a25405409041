/** A ring node as the output files write it: the beginning of its position, and its peer. */
import type { Peer } from '../chord/ring-node.ts'

/** Of 40: enough to tell the nodes of any ring apart, and the same as the command line shows. */
const HEX_DIGITS = 8

export interface NodeName {
  readonly peer: Peer
  /** Hex; null of a client, which has none. */
  readonly position: string | null
}

/** `2f91c04e 12D3KooW…` */
export function nodeText({ peer, position }: NodeName): string {
  return `${position === null ? 'client' : shortHex(position)} ${peer}`
}

export function shortHex(hex: string): string {
  return hex.slice(0, HEX_DIGITS)
}
