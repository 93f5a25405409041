/**
 * The process of a peer of the demo: `anillo`, except that the demo can cut its peer off from others. Nothing else
 * starts this file, and without the demo's IPC channel it refuses to run.
 */
import '../../shim.ts'
import type { AnilloPeer, PeerOptions } from '../../peer.ts'
import { raceSignal } from '../../runtime.ts'
import { EXIT_USAGE } from '../exit.ts'
import { main } from '../main.ts'
import { Cuts } from './cuts.ts'
import type { CutOrder, PeerWord } from './peer-channel.ts'

const cuts = new Cuts()
const told = Promise.withResolvers<void>()

if (process.send === undefined) {
  console.error('This is a part of `anillo demo`; a peer is started with `anillo peer start`')
  process.exit(EXIT_USAGE)
}

process.on('message', ({ order, peers }: CutOrder) => {
  cuts.cut(peers)
  told.resolve()
  say({ kind: 'cut', order })
})

await main('anillo', async options => {
  // A peer that comes back into a ring that is cut shall not meet the other side first.
  await raceSignal(told.promise, options.signal)
  return createWatchedPeer(options)
})

/** To the demo a peer that ends by itself, without a failure, looks like one that was stopped; it has left. */
async function createWatchedPeer(options: PeerOptions): Promise<AnilloPeer> {
  const { createPeer } = await import('../../peer.ts')
  const peer = await createPeer({ ...options, connectionGater: cuts })
  let stopping = false
  void peer.stopped.then(error => {
    if (error === undefined && !stopping) say({ kind: 'left' })
  })
  const stop = () => {
    stopping = true
    return peer.stop()
  }
  return { ...peer, stop }
}

function say(word: PeerWord): void {
  // The demo may be gone; then the peer notices by the channel's end, and drains.
  if (process.connected) process.send?.(word, () => {})
}
