/** One listener's share of what happens at this peer: bounded, so that a reader who does not read costs little. */
import type { AnilloEvent, Events } from '../events.ts'
import { describeEvent } from '../events.ts'
import type { Clock } from '../runtime.ts'

/** What may wait for a slow reader, some 200 bytes each: more than a takeover of every slot of a common ring. */
export const FEED_EVENTS_MAX = 1_000

/** What happens to users is told by /v1/changes, ring-wide and without gaps. */
export type RingEvent = Exclude<AnilloEvent, { readonly type: 'user.changed' }>
export type RingEventType = RingEvent['type']

/** Keyed, so that the compiler misses a type that is not here. */
const RING_EVENTS: Readonly<Record<RingEventType, true>> = {
  'ring.created': true,
  'ring.joined': true,
  'ring.changed': true,
  'ring.met': true,
  'peer.up': true,
  'peer.suspect': true,
  'peer.down': true,
  'peer.left': true,
  'view.installed': true,
  'slot.changing': true,
  'slot.taken-over': true,
  'member.regressed': true,
  'wire.refused': true,
  'store.scrubbed': true,
  'storage.failed': true
}
export const RING_EVENT_TYPES = Object.keys(RING_EVENTS) as [RingEventType, ...RingEventType[]]

/** An event as it is told: its members, when it happened, and the same as a line for people. */
export type Told =
  | (RingEvent & { readonly time: string; readonly text: string })
  /** So many events were dropped, since they were not read in time. */
  | { readonly type: 'reset'; readonly lost: number; readonly time: string; readonly text: string }

export class EventFeed {
  readonly #clock: Pick<Clock, 'now'>
  readonly #unsubscribe: () => void
  #waiting: Told[] = []
  #lost = 0
  #wake: (() => void) | undefined
  #over = false

  /** `types`: only these. */
  constructor(
    events: Pick<Events, 'subscribe'>,
    clock: Pick<Clock, 'now'>,
    types?: ReadonlySet<RingEventType>
  ) {
    this.#clock = clock
    this.#unsubscribe = events.subscribe(event => {
      if (event.type === 'user.changed' || types?.has(event.type) === false) return
      this.#add(event)
    })
  }

  /** What has happened since the last call, as soon as that is anything; undefined when the feed is over. One call at a time. */
  async next(): Promise<readonly Told[] | undefined> {
    while (this.#waiting.length === 0 && !this.#over) {
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
    if (this.#over) return undefined
    const told = this.#waiting
    this.#waiting = []
    this.#lost = 0
    return told
  }

  end(): void {
    this.#over = true
    this.#unsubscribe()
    this.#wake?.()
  }

  #add(event: RingEvent): void {
    const time = new Date(this.#clock.now()).toISOString()
    if (this.#lost > 0 || this.#waiting.length >= FEED_EVENTS_MAX) {
      // A part of what happened would be taken for all of it.
      this.#lost += this.#lost === 0 ? this.#waiting.length + 1 : 1
      const text = `${this.#lost} events were not read in time: look at the ring as a whole`
      this.#waiting = [{ type: 'reset', lost: this.#lost, time, text }]
    } else this.#waiting.push({ ...event, time, text: describeEvent(event) })
    this.#wake?.()
  }
}
