/**
 * The page of the demo. It is served by the demo, and asks a peer about the ring: the one that is chosen, or the next one
 * that runs when that one does not.
 */
import { Api } from '../../../../gateway/dashboard/client/api.ts'
import { Dashboard } from '../../../../gateway/dashboard/client/dashboard.ts'
import { byId } from '../../../../gateway/dashboard/client/element.ts'
import { followWhileSeen } from '../../../../gateway/dashboard/client/event-stream.ts'
import type { DemoState, PeerInfo } from '../../state.ts'
import { DemoPanel } from './demo-panel.ts'

/** This page is at `<the demo>/ui`. */
const DEMO = location.href.slice(0, location.href.lastIndexOf('/'))
const FIRST = byId<HTMLAnchorElement>('docs')

const api = new Api(new URL(FIRST.href).origin)
const dashboard = new Dashboard(api)
const panel = new DemoPanel({
  url: DEMO,
  hues: dashboard.hues,
  picture: dashboard.picture,
  onAsk: ask,
  onDoomed: leave
})
let state: DemoState | undefined

function ask(number: number): void {
  const peer = state?.peers.find(peer => peer.number === number)
  if (peer !== undefined) turnTo(peer, `This page asks peer ${number} now`)
}

/** Turns away from a peer before it is gone, so that nothing that is asked of it fails. */
function leave(number: number): void {
  if (state === undefined || numberOf(api.origin) !== number) return
  const others = { ...state, peers: state.peers.filter(peer => peer.number !== number) }
  const best = bestOf(others)
  if (best !== undefined) turnTo(best, `This page asks peer ${best.number} now`)
}

function numberOf(origin: string): number | undefined {
  return state?.peers.find(({ url }) => url === origin)?.number
}

function turnTo({ url }: PeerInfo, why: string | undefined): void {
  if (url === null) return
  dashboard.turnTo(url, why)
  FIRST.href = `${url}/docs`
  show()
}

function show(): void {
  if (state !== undefined) panel.show(state, numberOf(api.origin))
}

function onState(next: DemoState): void {
  const before = state
  state = next
  for (const { number, peerId } of next.peers)
    if (peerId !== null) dashboard.picture.ordinals.set(peerId, number)
  const asked = next.peers.find(({ url }) => url === api.origin)
  const best = bestOf(next)
  // With none that runs, the page says of the last one that it does not answer.
  if (best !== undefined && asked !== best && (before === undefined || !isServing(asked))) {
    turnTo(
      best,
      before &&
        asked &&
        `Peer ${asked.number} is ${asked.doing ?? asked.state}: this page asks peer ${best.number} now`
    )
  }
  show()
}

/** Of those that can be asked, one that most others can be reached from. */
function bestOf({ peers, partitions }: DemoState): PeerInfo | undefined {
  const serving = peers.filter(isServing)
  const reach = ({ number }: PeerInfo) => {
    const side = partitions.find(numbers => numbers.includes(number))
    return serving.filter(other => side === undefined || side.includes(other.number)).length
  }
  return serving.reduce<PeerInfo | undefined>(
    (best, peer) => (best === undefined || reach(peer) > reach(best) ? peer : best),
    undefined
  )
}

function isServing(peer: PeerInfo | undefined): boolean {
  if (peer === undefined) return false
  const { state, doing, url } = peer
  return state === 'running' && url !== null && (doing === null || doing === 'leaving')
}

followWhileSeen({
  open: async signal => {
    const { body } = await fetch(`${DEMO}/demo/events`, { signal })
    if (body === null) throw new Error('The demo sent nothing')
    return body
  },
  onEvent: ({ data }) => onState(JSON.parse(data) as DemoState),
  onState: live => {
    if (!live) panel.end()
  }
})
void dashboard.run()
