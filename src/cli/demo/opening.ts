/** How a demo begins, told line by line: the peers one after another, the users, and what there is to try. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Random } from '../../runtime.ts'
import { Api } from '../api.ts'
import { Progress } from '../progress.ts'
import { counted, duration, shortHex, shortPeer, thousands } from '../render.ts'
import { storeUsers } from '../store-users.ts'
import { line, type Terminal } from '../terminal.ts'
import type { DemoRing } from './demo-ring.ts'
import type { KeptPeer } from './kept.ts'

const READY_WAIT_MS = 30_000
const READY_POLL_MS = 200

export interface PlannedPeer extends KeptPeer {
  readonly httpPort: number
}

export interface OpeningOptions {
  readonly terminal: Terminal
  readonly ring: DemoRing
  /** In the order of their numbers. */
  readonly plan: readonly PlannedPeer[]
  /** To store; undefined: they are there from an earlier demo. */
  readonly users: number | undefined
  readonly random: Random
  readonly signal: AbortSignal
}

/** Starts the peers that have not left, and stores the users. @throws FailedStart */
export async function openRing(options: OpeningOptions): Promise<void> {
  const { ring, plan } = options
  for (const peer of plan) {
    if (peer.left) ring.forget(peer)
    else {
      await ring.place(peer, peer.httpPort)
      await startPeer(options, peer.number)
    }
  }
  await fill(options)
}

async function startPeer({ terminal, ring }: OpeningOptions, number: number): Promise<void> {
  const { out, err } = terminal
  const { bold, cyan, dim, green } = out.colours
  const progress = new Progress(err)
  const beganMs = performance.now()
  progress.update(`  starting peer ${number}`)
  await ring.start(number).finally(() => progress.clear())
  const { ready, pid } = ring.peers.find(peer => peer.number === number)!
  const took = dim(`ready in ${duration(performance.now() - beganMs)}`)
  const name = `peer ${number}  ${bold(shortPeer(ready.peer))}`
  line(out, `  ${green('●')} ${name}   ${cyan(ready.http)}   pid ${pid}   ${took}`)
}

/** Stores users 1…n through the first peer, and waits until the ring is whole. */
async function fill({ terminal, ring, users, random, signal }: OpeningOptions): Promise<void> {
  const { out, err } = terminal
  const { green, yellow } = out.colours
  const { http, ring: ringId } = ring.peers[0]!.ready
  const api = new Api(http, signal)
  const progress = new Progress(err)
  try {
    const beganMs = performance.now()
    if (users !== undefined) {
      await storeUsers(api, users, random, stored =>
        progress.update(`  storing users: ${thousands(stored)} of ${thousands(users)}`)
      )
    }
    await ring.filled()
    const took = duration(performance.now() - beganMs)
    progress.update('  waiting for the ring to settle')
    const report = await untilReady(api, ring.peers.length, signal)
    progress.clear()
    const sign = report.ready ? green('✓') : yellow('…')
    const state = report.ready ? 'is ready' : 'is still settling: see `ring check`'
    const stored =
      users === undefined
        ? `${counted(report.users, 'user')} from before`
        : `${counted(users, 'user')} stored in ${took}`
    line(out, `  ${sign} ring ${shortHex(ringId)} ${state}   ${stored}`)
  } finally {
    progress.clear()
  }
}

async function untilReady(
  api: Api,
  peers: number,
  signal: AbortSignal
): Promise<{ readonly ready: boolean; readonly users: number }> {
  const untilMs = performance.now() + READY_WAIT_MS
  for (;;) {
    const ring = await api.ring()
    const ready = ring.ready && ring.peers.length >= peers
    if (ready || performance.now() > untilMs) return { ready, users: ring.users }
    await pause(READY_POLL_MS, undefined, { signal })
  }
}
