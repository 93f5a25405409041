/** What the peer tells about the ring and itself, and the requests to leave and to recover. */
import { readJson } from '../body.ts'
import type { App, GatewayOptions } from '../exchange.ts'
import { readInTime, writeInTime } from '../in-time.ts'
import { leaving, lookupReport, recoveryReport, ringReport, selfReport } from '../openapi/answers.ts'
import { READ_ERRORS, type RouteDescription, WRITE_ERRORS } from '../openapi/description.ts'
import { LEAVING, LOOKUP, NO_PEER, RECOVERY, RING_REPORT, SELF } from '../openapi/examples.ts'
import { checkQuery, checkRequest, lookupQuery, noQuery, recoveryBody } from '../schemas.ts'
import { USER_ID, userIdAfter } from '../user-path.ts'
import { TASKS_PATH } from './tasks.ts'

const LOOKUP_PREFIX = '/v1/ring/lookup/'

export const RING_ROUTES: readonly RouteDescription[] = [
  {
    method: 'GET',
    path: '/v1/ring',
    operation: 'getRing',
    tag: 'Ring',
    summary: 'The ring and every peer of it',
    detail: 'Asks every peer; whether the ring is ready, and why not.',
    answers: { 200: { what: 'The ring as its peers tell it', schema: ringReport, example: RING_REPORT } },
    errors: READ_ERRORS
  },
  {
    method: 'GET',
    path: '/v1/ring/lookup/:id',
    operation: 'lookUp',
    tag: 'Ring',
    summary: 'Where a user lives',
    detail:
      'Key, slot, owner and view; there need not be such a user. Without `trace` the list of hops is empty.',
    query: lookupQuery,
    answers: { 200: { what: 'Where the user lives', schema: lookupReport, example: LOOKUP } },
    errors: READ_ERRORS
  },
  {
    method: 'POST',
    path: '/v1/ring/recover',
    operation: 'recoverSlots',
    tag: 'Ring',
    summary: 'Go on without a majority that is lost for good',
    detail:
      'The last resort, when more disks are gone for good than a majority can spare: slots go on from the copies of this peer, and what it does not have is lost.',
    body: {
      types: ['application/json'],
      schema: recoveryBody.meta({ id: 'RecoveryRequest' }),
      example: { slots: 17, from: NO_PEER, acceptDataLoss: true }
    },
    answers: { 200: { what: 'What goes on, and what does not', schema: recoveryReport, example: RECOVERY } },
    errors: WRITE_ERRORS
  },
  {
    method: 'GET',
    path: '/v1/peer',
    operation: 'getPeer',
    tag: 'Peer',
    summary: 'This peer: its neighbours, fingers and slots',
    answers: { 200: { what: 'The peer as it sees itself', schema: selfReport, example: SELF } },
    errors: ['InternalError']
  },
  {
    method: 'POST',
    path: '/v1/peer/leave',
    operation: 'leaveRing',
    tag: 'Peer',
    summary: 'Leave the ring for good',
    detail: 'The peer hands over every slot and then stops, in the background. There is no way back.',
    answers: {
      202: {
        what: 'It has begun; `Location` is where to watch',
        schema: leaving,
        example: LEAVING,
        headers: ['Location']
      }
    },
    errors: ['NotRunningError', 'InternalError']
  }
]

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
    const watch = `${TASKS_PATH}/${leave()}`
    const { peer, state, slots } = ring.self()
    const detail = `The peer hands over its slots and then stops; watch ${watch} until the peer no longer answers`
    return c.json({ peer, state, slotsLeft: slots.length, watch, detail }, 202, { Location: watch })
  })
}
