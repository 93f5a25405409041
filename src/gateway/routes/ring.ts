/** What the peer tells about the ring and itself, and the requests to leave and to recover. */
import { readJson } from '../body.ts'
import type { App, GatewayOptions } from '../exchange.ts'
import { readInTime, writeInTime } from '../in-time.ts'
import { checkQuery, checkRequest, lookupQuery, noQuery, recoveryBody } from '../schemas.ts'
import { USER_ID, userIdAfter } from '../user-path.ts'

const LOOKUP_PREFIX = '/v1/ring/lookup/'

export function ringRoutes(app: App, { ring, leave, recover, runtime }: GatewayOptions): void {
  app.get('/v1/ring', async c => {
    const { url, signal } = c.env
    checkQuery(noQuery, url.searchParams)
    return c.json(await readInTime(ring.ring({ signal }), signal))
  })

  app.get(`${LOOKUP_PREFIX}${USER_ID}`, async c => {
    const { url, signal } = c.env
    const id = userIdAfter(LOOKUP_PREFIX, url)
    const { trace } = checkQuery(lookupQuery, url.searchParams)
    const report = await readInTime(ring.lookup(id, { signal }), signal)
    return c.json(trace ? report : { ...report, hops: [] })
  })

  app.post('/v1/ring/recover', async c => {
    const { url, signal } = c.env
    checkQuery(noQuery, url.searchParams)
    const body = await readJson(c.req.raw, { types: ['application/json'], clock: runtime.clock, signal })
    const { slots, from } = checkRequest(recoveryBody, body)
    return c.json(await writeInTime(recover({ slots, from }, { signal }), signal))
  })

  app.get('/v1/peer', c => {
    checkQuery(noQuery, c.env.url.searchParams)
    return c.json(ring.self())
  })

  app.post('/v1/peer/leave', c => {
    checkQuery(noQuery, c.env.url.searchParams)
    leave()
    const { peer, state, slots } = ring.self()
    const watch = '/v1/peer'
    const detail = `The peer hands over its slots and then stops; watch state and slots at ${watch} until it no longer answers`
    return c.json({ peer, state, slotsLeft: slots.length, watch, detail }, 202, { Location: watch })
  })
}
