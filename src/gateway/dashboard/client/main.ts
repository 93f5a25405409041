/** The page: asks the ring once a second while it is looked at, follows the two feeds, and gives the panels what comes. */
import { Api, Refused } from './api.ts'
import { balancePanel } from './balance-panel.ts'
import { ChangesPanel } from './changes-panel.ts'
import { fillCommands } from './commands.ts'
import { byId, say } from './element.ts'
import { follow } from './event-stream.ts'
import { Hues } from './hues.ts'
import { lookupPanel } from './lookup-panel.ts'
import { Picture } from './picture.ts'
import { RequestsPanel } from './requests-panel.ts'
import { RingView } from './ring-view.ts'
import { showTasks } from './tasks-panel.ts'
import { TIMELINE_TYPES, TimelinePanel } from './timeline-panel.ts'
import { askForToken } from './token-panel.ts'
import { verdictPanel } from './verdict-panel.ts'

const POLL_MS = 1_000
/** While the peer does not answer. */
const RETRY_MS = 3_000
const STATUS_HEARD: Readonly<Record<string, 'up' | 'suspect' | 'down'>> = {
  'peer.up': 'up',
  'peer.suspect': 'suspect',
  'peer.down': 'down'
}

const api = new Api()
const picture = new Picture()
const hues = new Hues()
const ringView = new RingView(picture, hues)
const requests = new RequestsPanel(api)
verdictPanel(picture)
balancePanel(picture, hues)

async function main(): Promise<void> {
  const { version, guarded } = await begun()
  say(byId('version'), version)
  fillCommands(guarded)
  lookupPanel({
    api,
    hues,
    guarded: () => guarded,
    onFound: report => {
      requests.hops(report.hops.length)
      ringView.trace({ report, from: picture.self?.position ?? report.key })
    }
  })
  if (guarded && !api.hasToken) await askForToken(api)
  followFeeds()
  for (;;) {
    if (document.hidden) {
      await new Promise(seen => document.addEventListener('visibilitychange', seen, { once: true }))
      continue
    }
    const pauseMs = (await look()) ? POLL_MS : RETRY_MS
    await new Promise(resolve => setTimeout(resolve, pauseMs))
  }
}

/** As soon as the peer answers. */
async function begun(): Promise<{ version: string; guarded: boolean }> {
  for (;;) {
    try {
      return await api.about()
    } catch (error) {
      picture.fail((error as Error).message)
      await new Promise(resolve => setTimeout(resolve, RETRY_MS))
    }
  }
}

/** Asks for everything once. Returns whether it was answered. */
async function look(): Promise<boolean> {
  const askedAt = performance.now()
  try {
    const [ring, self, tasks] = await Promise.all([api.ring(), api.self(), api.tasks()])
    picture.show(ring, self, askedAt)
    showTasks(tasks)
    live('live')
    return true
  } catch (error) {
    live('waiting')
    if (error instanceof Refused && error.status === 401) {
      await askForToken(api, error.message)
      return true
    }
    picture.fail(
      error instanceof Refused ? error.message : 'It cannot be reached; this page goes on when it can.'
    )
    return false
  }
}

function live(state: 'live' | 'waiting'): void {
  const shown = byId('live')
  shown.dataset.state = state
  say(shown, state === 'live' ? 'live' : 'not connected')
}

function followFeeds(): void {
  const { signal } = new AbortController()
  const changes = new ChangesPanel()
  const timeline = new TimelinePanel()
  void follow(
    {
      open: (lastId, signal) => api.feed('/v1/changes', lastId, signal),
      onEvent: event => changes.add(event),
      onState: live => changes.state(live)
    },
    signal
  )
  void follow(
    {
      open: (_, signal) => api.feed(`/v1/events?types=${TIMELINE_TYPES.join(',')}`, undefined, signal),
      onEvent: event => {
        const { type, peer } = timeline.add(event)
        const status = STATUS_HEARD[type]
        if (status !== undefined && peer !== undefined) picture.hear(peer, status, performance.now())
      },
      onState: live => timeline.state(live)
    },
    signal
  )
}

void main()
