import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { HTTP_STREAMS_MAX } from '../../src/constants.ts'
import { FEED_EVENTS_MAX } from '../../src/gateway/event-feed.ts'
import { harness, ManualClock, problemOf } from './harness.ts'

const turn = () => new Promise(resolve => setImmediate(resolve))

/** Reads a feed piece by piece, the greeting left out. */
async function readerOf(response: Response): Promise<() => Promise<string | undefined>> {
  assert.equal(response.status, 200)
  assert.equal(response.headers.get('content-type'), 'text/event-stream')
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  const read = async () => (await reader.read()).value
  assert.match((await read()) ?? '', /^: /)
  return read
}

const dataOf = (piece: string | undefined) =>
  [...(piece ?? '').matchAll(/^event: (.+)\ndata: (.+)\n\n/gm)].map(([, type, data]) => {
    const told = JSON.parse(data!)
    assert.equal(told.type, type)
    return told
  })

describe('the feed of what happens to the ring', () => {
  test('tells each event as it happens, with its time and in words, and nothing of users', async () => {
    const { ask, events } = harness(new ManualClock())
    const read = await readerOf(await ask('GET', '/v1/events'))
    events.emit({ type: 'user.changed', slot: 1, id: 'ada', version: '1', change: 'put' })
    events.emit({ type: 'peer.down', peer: 'peer-abcd' })
    assert.deepEqual(dataOf(await read()), [
      { type: 'peer.down', peer: 'peer-abcd', time: '1970-01-01T00:00:00.000Z', text: 'Peer …abcd is down' }
    ])
    const later = read()
    events.emit({ type: 'slot.taken-over', slot: 3, epoch: 2, from: 'peer-abcd' })
    assert.deepEqual(
      dataOf(await later).map(({ type, slot }) => [type, slot]),
      [['slot.taken-over', 3]]
    )
  })

  test('tells only the types that were asked for, and names one that there is not', async () => {
    const { ask, events } = harness()
    const read = await readerOf(await ask('GET', '/v1/events?types=peer.up,peer.down'))
    events.emit({ type: 'peer.suspect', peer: 'a' })
    events.emit({ type: 'peer.up', peer: 'a' })
    assert.deepEqual(
      dataOf(await read()).map(({ type }) => type),
      ['peer.up']
    )
    for (const types of ['peer.gone', '', 'user.changed', 'peer.up,']) {
      const problem = await problemOf(await ask('GET', `/v1/events?types=${types}`), 400)
      assert.match(String(problem.detail), /types/)
    }
  })

  test('a reader that is too slow is told how much it missed, and of what comes after', async () => {
    const { ask, events } = harness()
    const read = await readerOf(await ask('GET', '/v1/events'))
    const first = read()
    events.emit({ type: 'peer.up', peer: 'a' })
    await first
    for (let i = 0; i < FEED_EVENTS_MAX + 5; i++) events.emit({ type: 'peer.up', peer: 'a' })
    const pieces = dataOf(await read())
    const told = pieces.at(-1)?.type === 'reset' ? pieces : [...pieces, ...dataOf(await read())]
    const [reset] = told.filter(({ type }) => type === 'reset')
    assert.equal(reset.lost + told.length - 1, FEED_EVENTS_MAX + 5)
    const next = read()
    events.emit({ type: 'peer.down', peer: 'a' })
    assert.equal(dataOf(await next)[0].type, 'peer.down')
  })

  test('a comment shows every 15 s that the connection lives', async () => {
    const clock = new ManualClock()
    const { ask } = harness(clock)
    const read = await readerOf(await ask('GET', '/v1/events'))
    const piece = read()
    await turn()
    clock.advance(15_000)
    assert.equal(await piece, ':\n\n')
  })

  test('a reader that leaves, and a peer that stops, leave nothing behind', async () => {
    const { ask, gateway, events } = harness()
    const leaving = await ask('GET', '/v1/events')
    await leaving.body!.cancel()
    const read = await readerOf(await ask('GET', '/v1/events'))
    gateway.endStreams()
    assert.equal(await read(), undefined)
    await problemOf(await ask('GET', '/v1/events'), 503)
    events.emit({ type: 'peer.up', peer: 'a' })
  })

  test('there is room for so many feeds, and for another when one is left', async () => {
    const { ask } = harness()
    const open = await Promise.all(Array.from({ length: HTTP_STREAMS_MAX }, () => ask('GET', '/v1/events')))
    await problemOf(await ask('GET', '/v1/events'), 503)
    await open[0]!.body!.cancel()
    assert.equal((await ask('GET', '/v1/events')).status, 200)
  })
})
