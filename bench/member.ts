/** A peer of the ring that replicated.ts measures, in a process of its own, which also makes the calls of its library. */
import '../src/shim.ts'
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
  /** The most memory that the process had resident so far, bytes, with the pages of its database that are mapped. */
  | { readonly kind: 'memory' }

export type Report = Round | number

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
  const [dataDir, ...join] = process.argv.slice(2)
  const peer = await createPeer({ listen: ['/ip4/127.0.0.1/tcp/0'], join, dataDir, http: { port: 0 } })
  let number = 0
  const run = async (task: Task): Promise<Report> => {
    if (task.kind === 'cpu') {
      const { user, system } = process.cpuUsage()
      return (user + system) / 1_000
    }
    if (task.kind === 'memory') return process.resourceUsage().maxRSS * 1_024
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
