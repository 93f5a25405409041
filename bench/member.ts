/** A peer of the ring that is measured, in a process of its own, which also makes the calls of its library. */
import '../src/shim.ts'
import { readFile } from 'node:fs/promises'
import { limitHeapGrowth } from '../src/cli/heap-growth.ts'
import { createPeer } from '../src/peer.ts'
import { measure, type Round } from './round.ts'

export interface Ready {
  readonly address: string
  readonly http: string
}

export type Task =
  | { readonly kind: 'read' | 'write'; readonly inFlight: number; readonly ms: number }
  /** The CPU time used so far, ms. */
  | { readonly kind: 'cpu' }
  | { readonly kind: 'memory' }

export interface Memory {
  /** The most since the last time that was asked: heaps, stacks and buffers (RssAnon, which Linux alone tells; else 0). */
  readonly privateBytesMax: number
  /** The most since the process began, with the pages of its database that are mapped. */
  readonly residentBytesMax: number
  /** Of what is private now: V8's heap, and what JavaScript holds beside it. */
  readonly heapBytes: number
  readonly externalBytes: number
}

export type Report = Round | number | Memory

const MEMORY_PROBE_MS = 100

/** Users are written and read in turn, so that calls under way are of different slots. */
export const USERS = 4_096
export const INPUT = {
  status: 'ONLINE',
  profile: { name: 'Ada Lovelace', city: 'London', team: 'engines' }
} as const

export function userNumber(number: number): string {
  return `user-${number % USERS}`
}

if (process.send !== undefined && process.argv[1] === import.meta.filename) {
  limitHeapGrowth() // as in a process of `anillo peer start`
  const [dataDir, ...join] = process.argv.slice(2)
  const peer = await createPeer({ listen: ['/ip4/127.0.0.1/tcp/0'], join, dataDir, http: { port: 0 } })
  let number = 0
  let privateBytesMax = 0
  let probing = false
  const probe = async () => {
    privateBytesMax = Math.max(privateBytesMax, await privateBytes())
  }
  const run = async (task: Task): Promise<Report> => {
    if (task.kind === 'cpu') {
      const { user, system } = process.cpuUsage()
      return (user + system) / 1_000
    }
    if (task.kind === 'memory') {
      if (!probing) setInterval(probe, MEMORY_PROBE_MS) // from now on: it would disturb other measurements
      probing = true
      await probe()
      const { heapUsed: heapBytes, external: externalBytes } = process.memoryUsage()
      const residentBytesMax = process.resourceUsage().maxRSS * 1_024
      const memory = { privateBytesMax, residentBytesMax, heapBytes, externalBytes }
      privateBytesMax = 0
      return memory
    }
    const { kind, inFlight, ms } = task
    const call = () => {
      const id = userNumber(number++)
      return kind === 'read' ? peer.users.get(id) : peer.users.set(id, INPUT)
    }
    return measure(call, inFlight, ms)
  }
  process.on('message', (task: Task) => void run(task).then(report => process.send!(report)))
  process.on('disconnect', () => void peer.stop().then(() => process.exit()))
  process.send({ address: peer.addresses[0]!, http: peer.httpUrl! } satisfies Ready)
}

/** Only Linux tells it of itself without a tool. */
async function privateBytes(): Promise<number> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '')
  return Number(/^RssAnon:\s*(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1_024
}
