/** `anillo peer leave`: takes a peer out of the ring for good, showing how far it is. */

import { setTimeout as pause } from 'node:timers/promises'
import type { Command } from 'commander'
import { LEAVE_LINGER_MS } from '../constants.ts'
import { errorName, OutcomeUnknownError, UnavailableError } from '../errors.ts'
import type { SelfReport } from '../users/ring-report.ts'
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
/** Without one slot less for so long, something is wrong that waiting does not mend. */
const STUCK_AFTER_MS = 60_000

export function peerLeaveCommand({ terminal: { out, err } }: Context): Command {
  const command = httpCommand('leave', 'take a peer out of the ring for good: its slots move first')
  command.addHelpText('after', HELP)
  return command.action(async () => {
    const api = apiOf(command)
    const { peer, slots } = await api.self()
    const beganMs = performance.now()
    await api.leave()
    const progress = new Progress(err)
    try {
      await untilGone(api, slots.length, left => {
        progress.update(`leaving: ${left} of ${counted(slots.length, 'slot')} left to move`)
      })
    } finally {
      progress.clear()
    }
    const took = duration(performance.now() - beganMs)
    const result = { peer, left: true, slotsMoved: slots.length }
    printData(command, out, [result], () => [
      `${mediumPeer(peer)} left the ring: ${counted(slots.length, 'slot')} moved in ${took}`
    ])
  })
}

/**
 * @throws UnavailableError the peer gave up leaving, or makes no progress
 * @throws OutcomeUnknownError it was gone before it was seen without slots: nobody may delete its data on our word
 */
async function untilGone(api: Api, total: number, onProgress: (left: number) => void): Promise<void> {
  let left = total
  let progressMs = performance.now()
  let leaving = false
  for (;;) {
    const self = await selfUnlessGone(api)
    if (self === undefined) break
    leaving ||= self.state === 'leaving'
    if (leaving && self.state !== 'leaving') {
      throw new UnavailableError(
        `The peer stays: ${counted(self.slots.length, 'slot')} could not be moved, and its log says why`
      )
    }
    if (self.slots.length < left) progressMs = performance.now()
    left = self.slots.length
    onProgress(left)
    if (performance.now() - progressMs > STUCK_AFTER_MS) {
      throw new UnavailableError(
        `No slot moved for ${duration(STUCK_AFTER_MS)}, ${counted(left, 'slot')} left; \`anillo peer status\` shows whether it goes on`
      )
    }
    await pause(POLL_MS)
  }
  if (left > 0) {
    throw new OutcomeUnknownError(
      `The peer is gone, and had ${counted(left, 'slot')} left when it was last seen: keep its data until another peer's \`anillo ring check\` is content`
    )
  }
}

/** Undefined when nobody listens there any more. */
async function selfUnlessGone(api: Api): Promise<SelfReport | undefined> {
  try {
    return await api.self()
  } catch (error) {
    if (isUnreachable(error) || errorName(error) === 'NotRunningError') return undefined
    throw error
  }
}
