import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  eventsOf,
  type Feed,
  follow,
  followWhileSeen,
  type ServerEvent
} from '../../../src/gateway/dashboard/client/event-stream.ts'

test('a stream of events is read however it is cut, comments left out', async () => {
  const text =
    ': hello\n\nid: c0\n\nevent: put\ndata: {"a":1}\nid: c1\n\n:\n\nevent: reset\ndata: {"slot":2}\n\nevent: cut'
  const bytes = new TextEncoder().encode(text)
  for (const size of [1, 7, bytes.length]) {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let i = 0; i < bytes.length; i += size) controller.enqueue(bytes.slice(i, i + size))
        controller.close()
      }
    })
    const events = []
    for await (const event of eventsOf(body)) events.push(event)
    assert.deepEqual(events, [
      { type: 'put', data: '{"a":1}' },
      { type: 'reset', data: '{"slot":2}' }
    ])
  }
})

/** A feed that the test writes to, and what its follower is told. */
function fakeFeed() {
  const opened: ReadableStreamDefaultController<Uint8Array>[] = []
  const events: ServerEvent[] = []
  const states: boolean[] = []
  let closed = 0
  let wake = () => {}
  const feed: Feed = {
    open: async () => {
      return new ReadableStream<Uint8Array>({
        start: controller => void opened.push(controller),
        cancel() {
          closed++
          wake()
        }
      })
    },
    onEvent: event => {
      events.push(event)
      wake()
    },
    onState: live => {
      states.push(live)
      wake()
    }
  }
  const until = async (holds: () => boolean) => {
    while (!holds()) {
      await new Promise<void>(resolve => {
        wake = resolve
      })
    }
  }
  const send = (text: string) => opened.at(-1)!.enqueue(new TextEncoder().encode(text))
  return { feed, opened, closed: () => closed, events, states, until, send }
}

test('a feed that says nothing for 40 s is opened anew, and one that sends comments is not', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { feed, opened, events, states, until, send } = fakeFeed()
  const stop = new AbortController()
  const followed = follow(feed, stop.signal)
  await until(() => states.length === 1)
  t.mock.timers.tick(39_000)
  send(':\n\ndata: 1\n\n')
  await until(() => events.length === 1)
  t.mock.timers.tick(39_000)
  send('data: 2\n\n')
  await until(() => events.length === 2)
  assert.deepEqual(states, [true])
  t.mock.timers.tick(40_000)
  await until(() => states.length === 2)
  t.mock.timers.tick(500)
  await until(() => states.length === 3)
  assert.deepEqual(states, [true, false, true])
  assert.equal(opened.length, 2)
  stop.abort()
  await followed
})

test('a feed that is closed by its follower is not said to be interrupted', async () => {
  const { feed, opened, states, until } = fakeFeed()
  const stop = new AbortController()
  const followed = follow(feed, stop.signal)
  await until(() => states.length === 1)
  stop.abort()
  await followed
  assert.deepEqual(states, [true])
  assert.equal(opened.length, 1)
})

test('a feed is open only while its page is looked at', async t => {
  const page = Object.assign(new EventTarget(), { hidden: true })
  const before = Object.getOwnPropertyDescriptor(globalThis, 'document')
  Object.defineProperty(globalThis, 'document', { value: page, configurable: true })
  t.after(() => {
    if (before === undefined) Reflect.deleteProperty(globalThis, 'document')
    else Object.defineProperty(globalThis, 'document', before)
  })
  const { feed, opened, closed, states, until } = fakeFeed()
  const turn = (hidden: boolean) => {
    page.hidden = hidden
    page.dispatchEvent(new Event('visibilitychange'))
  }
  followWhileSeen(feed)
  assert.equal(opened.length, 0)
  for (const times of [1, 2]) {
    turn(false)
    await until(() => states.length === times)
    assert.equal(opened.length, times)
    turn(true)
    await until(() => closed() === times)
  }
  assert.deepEqual(states, [true, true])
})
