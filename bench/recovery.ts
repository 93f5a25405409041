/**
 * How long a ring of five peers with 256 slots and many users takes to be itself again: after all of its peers were killed at
 * once, and after one of them is lost for good. A writer for each slot goes on meanwhile, so that it is seen for how
 * long a slot cannot be written, and that no acknowledged write is missing.
 *
 * `npm run bench -- recovery [users] [replace-after]`
 */
import assert from 'node:assert/strict'
import { Load, userOfEachSlot } from '../test/end-to-end/load.ts'
import { type PeerProcess, Processes, until } from '../test/end-to-end/processes.ts'
import { HttpUsers } from './http-users.ts'

const PEERS = 5
const SLOTS = 256
const USERS = 100_000
const REPLACE_AFTER = '30s'
const FILLERS = 64
/** Each writer: with one for each slot that is 500 writes a second at most. */
const WRITER_PAUSE_MS = 500
const WAIT_MS = 600_000

export async function run(args: string[]): Promise<void> {
  const users = Number(args[0] ?? USERS)
  const replaceAfter = args[1] ?? REPLACE_AFTER
  const began = clock()
  await using ring = await Processes.create(['--replace-after', replaceAfter])
  for (let i = 0; i < PEERS; i++) await ring.add()
  await ring.ready(ring.peers, WAIT_MS)
  say(`a ring of ${PEERS} peers, ${SLOTS} slots, three copies of each`, began())
  const filling = clock()
  await fill(ring.peers, users)
  say(`${users} users written`, filling(), `${Math.round((users * 1_000) / filling())} a second`)
  await killAll(ring, users)
  await loseOne(ring, users)
}

async function killAll({ peers }: Processes, users: number): Promise<void> {
  await using load = slotLoad(() => peers)
  await until('some writes', async () => load.acknowledged > 2_000, WAIT_MS)
  await Promise.all(peers.map(peer => peer.end('SIGKILL')))
  await load.stop()
  const restarted = clock()
  await Promise.all(peers.map(peer => peer.start()))
  await Promise.all(
    peers.map(({ http }) => until('/readyz', async () => (await fetch(`${http}/readyz`)).ok, WAIT_MS))
  )
  say('kill -9 of all, start of all: /readyz is 200 at each', restarted())
  await until('leaders', async () => (await peers[0]!.ring()).withoutMajority === 0, WAIT_MS)
  say('… and every slot has a leader', restarted())
  const report = await until('a ready ring', async () => readyRing(peers[0]!), WAIT_MS)
  say('… and anillo ring check has nothing to say', restarted())
  await load.verify(peers[0]!.http)
  assert.ok(report.users >= users, `${report.users} users`)
  console.log(`every acknowledged write is there; ${load.summary}`)
}

async function loseOne({ peers }: Processes, users: number): Promise<void> {
  const lost = peers.at(-1)!
  const rest = peers.slice(0, -1)
  await using load = slotLoad(() => rest)
  await until('a write to each slot', async () => load.everyUserWritten(0), WAIT_MS)
  await lost.end('SIGKILL')
  const beganMs = performance.now()
  const gone = clock()
  await until('a write to each slot', async () => load.everyUserWritten(beganMs), WAIT_MS)
  console.log(`kill -9 of one, for good: no slot was not written for more than ${ms(load.gapMs(beganMs))}`)
  const whole = async () => {
    const { underReplicated, withoutMajority } = await rest[0]!.ring()
    return underReplicated + withoutMajority === 0
  }
  await until('three copies of each slot', whole, WAIT_MS, 250)
  say('… and no slot is under-replicated any more', gone(), 'with the time until it is taken for gone')
  await load.stop()
  for (const { http } of rest) await load.verify(http)
  const report = await rest[0]!.ring()
  assert.ok(report.users >= users, `${report.users} users`)
  console.log(`every acknowledged write is there; ${load.summary}; ${load.latency(beganMs)}`)
}

async function readyRing(peer: PeerProcess) {
  const report = await peer.ring()
  return report.ready && report
}

function slotLoad(peers: () => readonly PeerProcess[]): Load {
  const gateways = () => peers().map(({ http }) => http)
  return new Load({ users: userOfEachSlot(SLOTS), gateways, pauseMs: WRITER_PAUSE_MS })
}

async function fill(peers: readonly PeerProcess[], users: number): Promise<void> {
  const http = new HttpUsers(
    peers.map(peer => peer.http),
    FILLERS
  )
  let number = 0
  const filler = async () => {
    while (number < users) {
      const name = `filled-${number++}`
      await http.set(name, { status: 'ONLINE', profile: { name, city: 'London', team: 'engines' } })
    }
  }
  await Promise.all(Array.from({ length: FILLERS }, filler))
  http.close()
}

/** Tells how long ago it was made, ms. */
function clock(): () => number {
  const beganMs = performance.now()
  return () => performance.now() - beganMs
}

function say(what: string, tookMs: number, remark?: string): void {
  console.log(`${what}: ${ms(tookMs)}${remark === undefined ? '' : ` (${remark})`}`)
}

function ms(duration: number): string {
  return `${(duration / 1_000).toFixed(1)} s`
}
