/** What the load has seen: whether an acknowledged write was lost, above all. */
import { byId, say } from '../../../../gateway/dashboard/client/element.ts'
import type { LoadInfo } from '../../state.ts'

/** Below, milliseconds are said as such. */
const SECONDS_FROM_MS = 1_000

export function showMeters({ load, acknowledged, lost, wrong, lastTakeoverMs }: LoadInfo): void {
  byId('meters').dataset.state = lost > 0 ? 'lost' : 'kept'
  byId('wrong').dataset.state = wrong > 0 ? 'lost' : 'kept'
  say(byId('lost'), count(lost))
  say(byId('acknowledged'), count(acknowledged))
  say(byId('wrong'), count(wrong))
  say(byId('takeover'), lastTakeoverMs === null ? 'none yet' : duration(lastTakeoverMs))
  say(byId('load'), load ? 'Stop the load' : 'Start the load')
  byId('meters').classList.toggle('resting', !load)
}

function count(value: number): string {
  return value.toLocaleString('en-US')
}

function duration(ms: number): string {
  return ms < SECONDS_FROM_MS ? `${ms} ms` : `${(ms / 1_000).toFixed(1)} s`
}
