/** `anillo peer leave`: takes a peer out of the ring for good, showing how far it is. */

import { setTimeout as pause } from 'node:timers/promises'
import type { Command } from 'commander'
import { LEAVE_LINGER_MS } from '../constants.ts'
import { errorName, OutcomeUnknownError, UnavailableError } from '../errors.ts'
import type { TaskReport } from '../users/ring-report.ts'
import { type Api, isUnreachable } from './api.ts'
import type { Context } from './context.ts'
import { apiOf, httpCommand, printData } from './http-command.ts'
import { Progress } from './progress.ts'
import { counted, duration, mediumPeer } from './render.ts'

const HELP = `
Every copy that the peer has is made elsewhere first; then its process ends. Ctrl-C here does not stop that.
To stop a peer that shall come back with its data, end its process with Ctrl-C or SIGTERM instead.

Examples:
  anillo peer leave -u http://127.0.0.1:5003`

/** Often enough to see the peer between its last slot and its end. */
const POLL_MS = LEAVE_LINGER_MS / 10
/** A connection breaks now and then, and a machine that moves slots is busy. */
const GONE_AFTER_TRIES = 3
/** Without one slot less for so long, something is wrong that waiting does not mend. */
const STUCK_AFTER_MS = 60_000

export function peerLeaveCommand({ terminal: { out, err } }: Context): Command {
  const command = httpCommand('leave', 'take a peer out of the ring for good: its slots move first')
  command.addHelpText('after', HELP)
  return command.action(async () => {
    const api = apiOf(command)
    const { peer } = await api.self()
    const beganMs = performance.now()
    const task = await api.leave()
    const progress = new Progress(err)
    let slotsMoved: number
    try {
      slotsMoved = await untilGone(api, task, ({ left, total }) => {
        progress.update(`leaving: ${left} of ${counted(total, 'slot')} left to move`)
      })
    } finally {
      progress.clear()
    }
    const took = duration(performance.now() - beganMs)
    const result = { peer, left: true, slotsMoved }
    printData(command, out, [result], () => [
      `${mediumPeer(peer)} left the ring: ${counted(slotsMoved, 'slot')} moved in ${took}`
    ])
  })
}

interface SlotsLeft {
  readonly left: number
  readonly total: number
}

/**
 * Resolves to how many slots were moved.
 * @throws UnavailableError the peer gave up leaving, or makes no progress
 * @throws OutcomeUnknownError it was gone before it was seen without slots: nobody may delete its data on our word
 */
export async function untilGone(
  api: Api,
  task: string,
  onProgress: (slots: SlotsLeft) => void
): Promise<number> {
  let seen: SlotsLeft | undefined
  let progressMs = performance.now()
  for (;;) {
    const report = await taskUnlessGone(api, task)
    if (report === undefined) break
    if (report.state === 'failed') throw new UnavailableError(`The peer stays: ${report.detail}`)
    const now = slotsLeft(report)
    if (seen === undefined || now.left < seen.left) progressMs = performance.now()
    seen = now
    onProgress(now)
    if (performance.now() - progressMs > STUCK_AFTER_MS) {
      throw new UnavailableError(
        `No slot moved for ${duration(STUCK_AFTER_MS)}, ${counted(now.left, 'slot')} left; \`anillo peer status\` shows whether it goes on`
      )
    }
    await pause(POLL_MS)
  }
  if (seen === undefined || seen.left > 0) {
    const had = seen === undefined ? 'was not seen leaving' : `had ${counted(seen.left, 'slot')} left`
    throw new OutcomeUnknownError(
      `The peer is gone, and ${had} when it was last seen: keep its data until another peer's \`anillo ring check\` is content`
    )
  }
  return seen.total
}

function slotsLeft({ progress }: TaskReport): SlotsLeft {
  const { done, total } = progress ?? { done: 0, total: null }
  return { left: (total ?? done) - done, total: total ?? done }
}

/** Undefined when nobody listens there any more, which one question without an answer does not prove. */
async function taskUnlessGone(api: Api, task: string): Promise<TaskReport | undefined> {
  for (let tries = 1; ; tries++) {
    try {
      return await api.task(task)
    } catch (error) {
      if (errorName(error) === 'NotRunningError') return undefined
      if (!isUnreachable(error)) throw error
      if (tries === GONE_AFTER_TRIES) return undefined
    }
    await pause(POLL_MS)
  }
}
