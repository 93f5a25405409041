/** /v1/events: what happens to the ring, as the peer that is asked sees it, as server-sent events. */
import { z } from 'zod'
import type { Events } from '../../events.ts'
import type { Clock } from '../../runtime.ts'
import { EventFeed, type RingEventType, type Told } from '../event-feed.ts'
import type { App } from '../exchange.ts'
import type { RouteDescription } from '../openapi/description.ts'
import { NO_PEER } from '../openapi/examples.ts'
import { checkQuery, eventsQuery } from '../schemas.ts'
import { KEEP_ALIVE, SSE_HEADERS, SSE_TYPE, Turns } from '../server-sent-events.ts'
import type { Stream, Streams } from '../streams.ts'

const EVENTS_PATH = '/v1/events'
const EXAMPLE: Told = {
  type: 'peer.down',
  peer: NO_PEER,
  time: '2026-11-22T10:00:00.000Z',
  text: 'Peer …body is down'
}

export const EVENTS_ROUTES: readonly RouteDescription[] = [
  {
    method: 'GET',
    path: EVENTS_PATH,
    operation: 'watchPeer',
    tag: 'Peer',
    summary: 'What happens to the ring, as this peer sees it',
    detail:
      'Server-sent events from now on, each with its `type`, `time` and a `text` for people. There is no going back: whoever was away, or gets a `reset` for being slow, looks at `/v1/ring`.',
    query: eventsQuery,
    answers: {
      200: {
        what: 'Events, without an end',
        type: SSE_TYPE,
        schema: z.string(),
        headers: ['X-Accel-Buffering'],
        example: eventOf(EXAMPLE)
      }
    },
    errors: ['NotRunningError']
  }
]

export interface EventsRoutes {
  readonly events: Pick<Events, 'subscribe'>
  readonly streams: Streams
  readonly clock: Clock
}

export function eventsRoutes(app: App, { events, streams, clock }: EventsRoutes): void {
  app.get(EVENTS_PATH, c => {
    const { types } = checkQuery(eventsQuery, c.env.url.searchParams)
    return streams.answer(c.req.raw, SSE_HEADERS, stream => {
      const feed = new EventFeed(events, clock, types && new Set<RingEventType>(types))
      return bodyOf(feed, stream, clock)
    })
  })
}

function bodyOf(feed: EventFeed, { signal, end }: Stream, clock: Clock): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  const over = () => {
    signal.removeEventListener('abort', over)
    feed.end()
    end()
  }
  signal.addEventListener('abort', over)
  const turns = new Turns(async () => (await feed.next()) ?? [], clock)
  return new ReadableStream(
    {
      start: controller => controller.enqueue(encoder.encode(': what happens from now on is told\n\n')),
      async pull(controller) {
        const told = await turns.take()
        if (told === undefined) return controller.enqueue(encoder.encode(KEEP_ALIVE))
        if (told.length === 0) controller.close()
        else controller.enqueue(encoder.encode(told.map(eventOf).join('')))
      },
      cancel: over
    },
    { highWaterMark: 1 }
  )
}

function eventOf(told: Told): string {
  return `event: ${told.type}\ndata: ${JSON.stringify(told)}\n\n`
}
