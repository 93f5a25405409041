/** What runs the page: asks the ring once a second while it is looked at, follows the two feeds, and gives the panels what comes. */
import { type Api, Refused } from './api.ts'
import { balancePanel } from './balance-panel.ts'
import { ChangesPanel } from './changes-panel.ts'
import { closeCommands, fillCommands } from './commands.ts'
import { byId, say } from './element.ts'
import { followWhileSeen } from './event-stream.ts'
import { Hues } from './hues.ts'
import { lookupPanel } from './lookup-panel.ts'
import { type Failure, Picture } from './picture.ts'
import { RequestsPanel } from './requests-panel.ts'
import { RingView } from './ring-view.ts'
import { showTasks } from './tasks-panel.ts'
import { TIMELINE_TYPES, TimelinePanel } from './timeline-panel.ts'
import { askForToken } from './token-panel.ts'
import { verdictPanel } from './verdict-panel.ts'

const POLL_MS = 1_000
/** While the peer does not answer. */
const RETRY_MS = 3_000
/** What is shown is of a while ago then, and is said to be. */
const STALE_MS = 3_000
const STATUS_HEARD: Readonly<Record<string, 'up' | 'suspect' | 'down'>> = {
  'peer.up': 'up',
  'peer.suspect': 'suspect',
  'peer.down': 'down'
}

export class Dashboard {
  readonly picture = new Picture()
  readonly hues = new Hues()
  readonly #api: Api
  readonly #ringView: RingView
  readonly #requests: RequestsPanel
  readonly #changes = new ChangesPanel()
  readonly #timeline = new TimelinePanel()
  #guarded = false

  constructor(api: Api) {
    this.#api = api
    this.#ringView = new RingView(this.picture, this.hues)
    this.#requests = new RequestsPanel(api)
    verdictPanel(this.picture)
    balancePanel(this.picture, this.hues)
  }

  /** Goes on for as long as the page is open. */
  async run(): Promise<never> {
    closeCommands()
    await this.#begin()
    lookupPanel({
      api: this.#api,
      picture: this.picture,
      hues: this.hues,
      onCommands: () => this.#fillCommands(),
      onFound: report => {
        this.#requests.hops(report.hops.length)
        this.#ringView.trace({ report, from: this.picture.self?.position ?? report.key })
      }
    })
    if (this.#guarded && !this.#api.hasToken) await askForToken(this.#api)
    this.#followFeeds()
    for (;;) {
      if (document.hidden) {
        await new Promise(seen => document.addEventListener('visibilitychange', seen, { once: true }))
        continue
      }
      const { turn } = this.#api
      const pauseMs = (await this.#look()) ? POLL_MS : RETRY_MS
      await pause(pauseMs, turn)
    }
  }

  /** Asks another gateway of the same ring from now on. `why`: for the timeline. */
  turnTo(origin: string, why?: string): void {
    this.#api.turnTo(origin)
    this.#ringView.trace(undefined)
    if (why !== undefined) this.#timeline.note(why)
    this.#fillCommands()
  }

  /** As soon as the peer answers. */
  async #begin(): Promise<void> {
    for (;;) {
      const { turn } = this.#api
      try {
        const { version, guarded } = await this.#api.about()
        this.#guarded = guarded
        say(byId('version'), version)
        this.#fillCommands()
        return
      } catch (error) {
        if (!turn.aborted) this.picture.fail(failureOf(error))
        await pause(RETRY_MS, turn)
      }
    }
  }

  /** Asks for everything once. Returns whether it was answered. */
  async #look(): Promise<boolean> {
    const api = this.#api
    const { turn } = api
    const askedAt = performance.now()
    const stale = setTimeout(() => live('waiting', 'waits for an answer'), STALE_MS)
    try {
      const [ring, self, tasks] = await Promise.all([api.ring(), api.self(), api.tasks()])
      this.picture.show(ring, self, askedAt)
      showTasks(tasks)
      live('live', 'live')
      return true
    } catch (error) {
      if (turn.aborted) return true // the next one is asked at once
      live('waiting', 'not connected')
      if (error instanceof Refused && error.status === 401) {
        await askForToken(api, error.message)
        return true
      }
      this.picture.fail(failureOf(error))
      return false
    } finally {
      clearTimeout(stale)
    }
  }

  #fillCommands(): void {
    fillCommands({ origin: this.#api.origin, guarded: this.#guarded })
  }

  #followFeeds(): void {
    followWhileSeen({
      open: signal => this.#api.feed('/v1/changes', signal),
      onEvent: event => this.#changes.add(event),
      onState: live => this.#changes.state(live)
    })
    followWhileSeen({
      open: signal => this.#api.feed(`/v1/events?types=${TIMELINE_TYPES.join(',')}`, signal),
      onEvent: event => {
        const { type, peer } = this.#timeline.add(event)
        const status = STATUS_HEARD[type]
        if (status !== undefined && peer !== undefined) this.picture.hear(peer, status, performance.now())
      },
      onState: live => this.#timeline.state(live)
    })
  }
}

function failureOf(error: unknown): Failure {
  if (error instanceof Refused) return { why: error.message, refused: true }
  return { why: 'It cannot be reached; this page goes on when it can.', refused: false }
}

function live(state: 'live' | 'waiting', text: string): void {
  const shown = byId('live')
  shown.dataset.state = state
  say(shown, text)
}

/** Shorter when `turn` aborts. */
async function pause(ms: number, turn: AbortSignal): Promise<void> {
  if (turn.aborted) return
  const over = Promise.withResolvers<void>()
  const end = () => over.resolve()
  const timer = setTimeout(end, ms)
  turn.addEventListener('abort', end)
  await over.promise
  clearTimeout(timer)
  turn.removeEventListener('abort', end)
}
