import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Stream } from '@libp2p/interface'
import {
  INFLIGHT_HANDLERS_MAX,
  PENDING_CALLS_MAX,
  STREAM_WRITE_BUFFER_BYTES_MAX
} from '../../src/constants.ts'
import { encodeFrame, FrameType } from '../../src/network/frame.ts'
import { endpoint, impostor, onFrames, said, text, within } from './endpoint.ts'
import { introduce, openGreeted, PROTOCOL, refusals, until } from './member.ts'

const lies: [string, (stream: Stream) => void, string][] = [
  [
    'answers calls that were never made',
    send(encodeFrame({ type: FrameType.reply, id: 9, body: text('!') })),
    'ProtocolViolationError'
  ],
  [
    'answers with call id 0',
    send(encodeFrame({ type: FrameType.error, id: 0, body: text('') })),
    'ProtocolViolationError'
  ],
  [
    'answers with a request',
    send(encodeFrame({ type: FrameType.request, id: 1, body: text('') })),
    'ProtocolViolationError'
  ],
  [
    'says hello twice',
    send(encodeFrame({ type: FrameType.hello, id: 0, body: text('') })),
    'ProtocolViolationError'
  ],
  ['answers with garbage', send(new Uint8Array(5_000).fill(0xff)), 'ProtocolViolationError'],
  [
    'answers with a refusal that cannot be read',
    send(encodeFrame({ type: FrameType.error, id: 1, body: Uint8Array.of(0x0a, 0x7f) })),
    'ProtocolViolationError'
  ],
  ['answers with a frame over the bound', send(Uint8Array.of(0x81, 0x80, 0x40)), 'FrameTooLargeError'],
  [
    'ends within a frame',
    stream => {
      stream.send(Uint8Array.of(100, 2, 0))
      void stream.close()
    },
    'ProtocolViolationError'
  ]
]
function send(bytes: Uint8Array): (stream: Stream) => void {
  return stream => void stream.send(bytes)
}
for (const [what, lie, name] of lies) {
  test(`a peer that ${what} is cut off by name and its calls end at once`, async () => {
    const liar = await impostor(stream => onFrames(stream, () => lie(stream)))
    const [a, good] = [await endpoint(), await endpoint()]
    introduce(a, liar)
    introduce(a, good)
    const start = performance.now()
    const result = await a.rpc.call(liar.peer, text('?'), within)
    assert.ok(result.kind === 'no-reply' && result.sent, JSON.stringify(result))
    assert.ok(performance.now() - start < 2_000)
    assert.deepEqual(refusals(a), [name])
    assert.ok(a.logged.some(({ fields }) => fields?.error === name && fields.peer === liar.peer))
    assert.equal(said(await a.rpc.call(good.peer, text('next'), within)), 'next')
  })
}

test('answers that come after their call has ended are of no interest', async () => {
  const other = await impostor(stream =>
    onFrames(stream, ({ type, id }) => {
      if (type === FrameType.cancel)
        stream.send(encodeFrame({ type: FrameType.reply, id, body: text('too late') }))
      else if (id === 2) stream.send(encodeFrame({ type: FrameType.reply, id, body: text('in time') }))
    })
  )
  const a = await endpoint()
  introduce(a, other)
  assert.equal((await a.rpc.call(other.peer, text('1'), { timeoutMs: 300 })).kind, 'no-reply')
  assert.equal(said(await a.rpc.call(other.peer, text('2'), within)), 'in time')
  assert.deepEqual(refusals(a), [])
})

test('a peer that reads nothing makes calls wait in bounded memory, then refuses them as busy', async () => {
  const deaf = await impostor(stream => stream.pause())
  const a = await endpoint()
  introduce(a, deaf)
  await a.rpc.call(deaf.peer, text('opens the stream'), { timeoutMs: 300 })
  const body = new Uint8Array(256 * 1024)
  const results = await Promise.all(
    Array.from({ length: 200 }, () => a.rpc.call(deaf.peer, body, { timeoutMs: 300 }))
  )
  const busy = results.filter(result => result.kind === 'refused' && result.name === 'BusyError')
  const waited = results.filter(result => result.kind === 'no-reply' && result.sent)
  assert.equal(busy.length + waited.length, 200)
  assert.ok(waited.length <= STREAM_WRITE_BUFFER_BYTES_MAX / body.byteLength + 8, `${waited.length} waited`)
  const [stream] = a.host
    .getConnections(undefined)
    .flatMap(c => c.streams.filter(s => s.protocol === PROTOCOL))
  assert.ok(stream!.writeBufferLength <= 1024 * 1024)
})

test('more pending calls than the bound are refused at once', async () => {
  const silent = await impostor(() => {})
  const a = await endpoint()
  introduce(a, silent)
  const calls = Array.from({ length: PENDING_CALLS_MAX }, () =>
    a.rpc.call(silent.peer, text('?'), { timeoutMs: 500 })
  )
  const over = await a.rpc.call(silent.peer, text('?'), { timeoutMs: 500 })
  assert.equal(over.kind === 'refused' && over.name, 'BusyError')
  for (const result of await Promise.all(calls)) assert.equal(result.kind, 'no-reply')
})

test('no more handlers run at once than the bound, and every request is answered in the end', async () => {
  let running = 0
  let most = 0
  const waiting: (() => void)[] = []
  const b = await endpoint((_from, body) => {
    most = Math.max(most, ++running)
    return new Promise(resolve =>
      waiting.push(() => {
        running--
        resolve(body)
      })
    )
  })
  const a = await endpoint()
  introduce(a, b)
  const count = 3 * INFLIGHT_HANDLERS_MAX
  const body = new Uint8Array(1_000) // in all more than the decoder holds while it is paused
  const calls = Promise.all(
    Array.from({ length: count }, () => a.rpc.call(b.peer, body, { timeoutMs: 20_000 }))
  )
  await until(() => running === INFLIGHT_HANDLERS_MAX, 'as many handlers as allowed')
  let answered = 0
  while (answered < count) {
    await until(() => waiting.length > 0, 'more requests are taken')
    waiting.shift()!()
    answered++
  }
  for (const result of await calls) assert.equal(result.kind, 'reply')
  assert.equal(most, INFLIGHT_HANDLERS_MAX)
})

test('a peer that asks and does not read the answers is not read either, and others are served', async () => {
  let handled = 0
  const b = await endpoint(() => {
    handled++
    return new Uint8Array(64 * 1024)
  })
  const [asker, good] = [await endpoint(), await endpoint()]
  introduce(good, b)
  introduce(asker, b)
  const stream = await openGreeted(asker, b)
  stream.pause()
  for (let id = 1; id <= 2_000; id++)
    stream.send(encodeFrame({ type: FrameType.request, id, body: text('?') }))
  await until(() => handled > 0, 'the first requests are handled')
  const answer = await good.rpc.call(b.peer, text('?'), within)
  assert.equal(answer.kind, 'reply')
  assert.ok(handled < 200, `${handled} answers of 64 KiB for nobody`)
  stream.resume()
  stream.addEventListener('message', () => {})
  await until(() => handled === 2_001, 'the rest, once the answers are taken')
})
