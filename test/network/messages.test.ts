import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Stream } from '@libp2p/interface'
import { MESSAGES_WAITING_BYTES_MAX } from '../../src/constants.ts'
import { ProtocolViolationError } from '../../src/errors.ts'
import { BODY_BYTES_MAX, encodeFrame, type Frame, FrameType } from '../../src/network/frame.ts'
import type { MessageHandler } from '../../src/network/rpc.ts'
import { echo, endings, endpoint, impostor, onFrames, said, text, within } from './endpoint.ts'
import { introduce, openGreeted, refusals, startMember, until } from './member.ts'

function listening(): { message: MessageHandler; heard: string[]; from: Set<string> } {
  const heard: string[] = []
  const from = new Set<string>()
  const message: MessageHandler = (incarnation, body) => {
    from.add(JSON.stringify(incarnation))
    heard.push(new TextDecoder().decode(body))
  }
  return { message, heard, from }
}

test('messages arrive in the order in which they were posted, the first of them before there is a stream', async () => {
  const { message, heard, from } = listening()
  const [a, b] = [await endpoint(), await endpoint(echo, { message })]
  introduce(a, b)
  const sent = Array.from({ length: 1_000 }, (_, i) => `message ${i}`)
  for (const one of sent.slice(0, 500)) assert.ok(a.rpc.post(b.peer, text(one)))
  await until(() => heard.length === 500, 'the first half')
  for (const one of sent.slice(500)) assert.ok(a.rpc.post(b.peer, text(one)))
  await until(() => heard.length === 1_000, 'the second half')
  assert.deepEqual(heard, sent)
  assert.deepEqual([...from], [JSON.stringify({ peer: a.peer, store: '01'.repeat(8), boot: 3 })])
})

test('messages and calls share a stream, and what is posted in one tick leaves in one send', async () => {
  const frames: Frame[] = []
  const chunks: number[] = []
  const other = await impostor(stream => {
    stream.addEventListener('message', ({ data }) => chunks.push(data.byteLength))
    onFrames(stream, ({ type, id, body }) => {
      frames.push({ type, id, body })
      if (id !== 0) stream.send(encodeFrame({ type: FrameType.reply, id, body }))
    })
  })
  const a = await endpoint()
  introduce(a, other)
  assert.equal(said(await a.rpc.call(other.peer, text('opens the stream'), within)), 'opens the stream')
  chunks.length = 0
  for (let i = 0; i < 20; i++) a.rpc.post(other.peer, text(`${i}`))
  assert.equal(said(await a.rpc.call(other.peer, text('?'), within)), '?')
  assert.equal(chunks.length, 1)
  assert.equal(frames.filter(({ type }) => type === FrameType.message).length, 20)
})

test('of many messages few ask for an answer, and none of them is the answer to a call', async () => {
  const ids: number[] = []
  const other = await impostor(stream =>
    onFrames(stream, ({ type, id }) => {
      if (type === FrameType.message) ids.push(id)
      if (id !== 0) stream.send(encodeFrame({ type: FrameType.reply, id, body: text(`of ${id}`) }))
    })
  )
  const a = await endpoint()
  introduce(a, other)
  for (let i = 0; i < 1_000; i++) a.rpc.post(other.peer, text(`${i}`))
  assert.equal(said(await a.rpc.call(other.peer, text('?'), within)), 'of 1')
  await until(() => ids.length === 1_000, 'all messages')
  assert.deepEqual(
    ids.filter(id => id !== 0),
    [2]
  )
})

test('what is over the bound is dropped, and told so, and what waits is not lost', async () => {
  const other = await impostor(stream => stream.pause())
  const a = await endpoint()
  introduce(a, other)
  assert.equal(a.rpc.post(other.peer, new Uint8Array(BODY_BYTES_MAX + 1)), false)
  let posted = 0
  while (a.rpc.post(other.peer, new Uint8Array(100_000))) posted++
  assert.ok(posted * 100_000 <= MESSAGES_WAITING_BYTES_MAX && posted >= 40, `${posted}`)
  await until(() => a.met.length === 1, 'the stream')
  await until(() => a.rpc.post(other.peer, new Uint8Array(100_000)), 'room, as the muxer takes some')
  for (posted = 0; posted < 1_000 && a.rpc.post(other.peer, new Uint8Array(100_000)); ) posted++
  assert.ok(posted < 100, 'a peer that does not read is sent no more')
})

test('a peer that cannot be reached costs a dial now and then, not one for each message', async () => {
  const a = await endpoint()
  const gone = await startMember()
  introduce(a, gone)
  await gone.stop()
  let dials = 0
  const { dialer } = a.wire
  const open = dialer.open.bind(dialer)
  dialer.open = (...given) => {
    dials++
    return open(...given)
  }
  const start = performance.now()
  let dropped = 0
  await until(() => {
    if (!a.rpc.post(gone.peer, text('?'))) dropped++
    return dials === 3
  }, 'the third dial')
  assert.ok(performance.now() - start >= 500 && dropped > 0, `${dropped} messages dropped`)
})

test('a stream on which messages get no sign of life is given up, and the next message opens another', async () => {
  const streams: Stream[] = []
  const half = await impostor(stream => void streams.push(stream))
  const a = await endpoint(echo, { speed: 20 })
  introduce(a, half)
  await until(() => {
    a.rpc.post(half.peer, text('?'))
    return streams.length === 2
  }, 'the second stream')
  assert.ok(refusals(a).includes('TimeoutError'))
})

test('a message that breaks its protocol, or fails, costs nothing but itself', async () => {
  const heard: string[] = []
  const b = await endpoint(echo, {
    message: (_from, body) => {
      const message = new TextDecoder().decode(body)
      if (message === 'bad') throw new ProtocolViolationError('what is this')
      if (message === 'defect') throw new Error('cannot')
      heard.push(message)
    }
  })
  const a = await endpoint()
  introduce(a, b)
  for (const message of ['one', 'bad', 'two', 'defect', 'three']) a.rpc.post(b.peer, text(message))
  await until(() => heard.length === 3, 'the good ones')
  assert.deepEqual(heard, ['one', 'two', 'three'])
  assert.deepEqual(refusals(b), ['ProtocolViolationError'])
  assert.ok(b.logged.some(({ message }) => message === 'message failed'))
  assert.equal(a.met.length, 1, 'one stream did for all')
})

test('a protocol without messages ends a stream that brings one', async () => {
  const victim = await endpoint()
  const vandal = await startMember()
  endings.push(vandal.stop)
  const stream = await openGreeted(vandal, victim)
  stream.send(encodeFrame({ type: FrameType.message, id: 0, body: text('?') }))
  await until(() => stream.status !== 'open', 'the reset')
  assert.deepEqual(refusals(victim), ['ProtocolViolationError'])
})

test('after stop nothing is posted and nothing is left', async () => {
  const { message } = listening()
  const [a, b] = [await endpoint(), await endpoint(echo, { message })]
  introduce(a, b)
  a.rpc.post(b.peer, text('?'))
  await until(() => b.met.length === 1, 'the hello')
  a.rpc.post(b.peer, text('?'))
  await a.rpc.stop()
  assert.equal(a.rpc.post(b.peer, text('?')), false)
  assert.equal(a.timers(), 0)
})
