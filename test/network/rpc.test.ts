import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Stream } from '@libp2p/interface'
import { BusyError, UnavailableError } from '../../src/errors.ts'
import { BODY_BYTES_MAX, encodeFrame, type Frame, FrameType } from '../../src/network/frame.ts'
import { echo, endpoint, impostor, onFrames, said, text, within } from './endpoint.ts'
import { introduce, type Member, PROTOCOL, refusals, startMember, until } from './member.ts'

test('a call is answered over one stream, which is opened once and kept, and both sides have met', async () => {
  const [a, b] = [await endpoint(), await endpoint()]
  introduce(a, b)
  const results = await Promise.all(
    Array.from({ length: 300 }, (_, i) => a.rpc.call(b.peer, text(`question ${i}`), within))
  )
  assert.deepEqual(
    results.map(said),
    Array.from({ length: 300 }, (_, i) => `question ${i}`)
  )
  assert.equal(said(await a.rpc.call(b.peer, text('later'), within)), 'later')
  assert.equal(said(await b.rpc.call(a.peer, text('back'), within)), 'back')
  const streams = a.host.getConnections().flatMap(connection => connection.streams)
  assert.equal(streams.filter(stream => stream.protocol === PROTOCOL).length, 2, 'one for each direction')
  assert.equal(a.met[0]!.peer, b.peer)
  assert.equal(b.met[0]!.peer, a.peer)
  assert.deepEqual(b.met[0]!.incarnation, { peer: a.peer, store: '01'.repeat(8), boot: 3 })
  assert.deepEqual(b.met[0]!.contact.addresses, [a.address.replace(`/p2p/${a.peer}`, '')])
})

test('answers come in the order in which they are ready', async () => {
  const waiting: (() => void)[] = []
  const b = await endpoint((_from, body) => new Promise(resolve => waiting.push(() => resolve(body))))
  const a = await endpoint()
  introduce(a, b)
  const order: string[] = []
  const calls = ['first', 'second', 'third'].map(async name =>
    order.push(said(await a.rpc.call(b.peer, text(name), within)))
  )
  await until(() => waiting.length === 3, 'three requests')
  for (const answer of waiting.reverse()) answer()
  await Promise.all(calls)
  assert.deepEqual(order, ['third', 'second', 'first'])
})

test('an error of ours reaches the caller by name, any other one as InternalError without its text', async () => {
  const b = await endpoint((_from, body) => {
    if (body[0] === 1) throw new BusyError('too much', { retryAfterMs: 250 })
    if (body[0] === 2) throw new Error('a secret')
    return Promise.reject(new UnavailableError('later'))
  })
  const a = await endpoint()
  introduce(a, b)
  assert.deepEqual(await a.rpc.call(b.peer, Uint8Array.of(1), within), {
    kind: 'refused',
    name: 'BusyError',
    detail: 'too much',
    retryAfterMs: 250
  })
  const internal = await a.rpc.call(b.peer, Uint8Array.of(2), within)
  assert.equal(internal.kind === 'refused' && internal.name, 'InternalError')
  assert.doesNotMatch(JSON.stringify(internal), /secret/)
  assert.ok(b.logged.some(({ message }) => message === 'request failed'))
  const late = await a.rpc.call(b.peer, Uint8Array.of(3), within)
  assert.equal(late.kind === 'refused' && late.name, 'UnavailableError')
})

test('the largest request and reply pass, a larger one is refused on this side', async () => {
  const [a, b] = [await endpoint(), await endpoint()]
  introduce(a, b)
  const largest = await a.rpc.call(b.peer, new Uint8Array(BODY_BYTES_MAX), within)
  assert.equal(largest.kind === 'reply' && largest.body.byteLength, BODY_BYTES_MAX)
  const over = await a.rpc.call(b.peer, new Uint8Array(BODY_BYTES_MAX + 1), within)
  assert.equal(over.kind === 'refused' && over.name, 'FrameTooLargeError')
})

test('a peer that never answers costs a call its deadline and no more, and is told to stop', async () => {
  const frames: Frame[] = []
  const silent = await impostor(stream =>
    onFrames(stream, frame => {
      if (frame.id === 1) stream.send(encodeFrame({ type: FrameType.reply, id: 1, body: text('only once') }))
      else frames.push(frame)
    })
  )
  const a = await endpoint()
  introduce(a, silent)
  await a.rpc.call(silent.peer, text('opens the stream'), within)
  for (const timeoutMs of [50, 100, 300]) {
    const start = performance.now()
    const result = await a.rpc.call(silent.peer, text('?'), { timeoutMs })
    const took = performance.now() - start
    assert.deepEqual(result, { kind: 'no-reply', sent: true, reason: 'no answer in time' })
    assert.ok(took >= timeoutMs && took < timeoutMs + 250, `${timeoutMs} ms took ${took}`)
  }
  await until(() => frames.filter(({ type }) => type === FrameType.cancel).length === 3, 'three cancels')
  assert.deepEqual(
    frames.map(({ type, id }) => [type, id]),
    [2, 3, 4].flatMap(id => [
      [FrameType.request, id],
      [FrameType.cancel, id]
    ])
  )
})

test('nobody can be reached: no reply, certainly not sent', async () => {
  const a = await endpoint()
  const gone = await startMember()
  a.book.set(gone.peer, [gone.address])
  await gone.stop()
  const refused = await a.rpc.call(gone.peer, text('?'), within)
  assert.ok(refused.kind === 'no-reply' && !refused.sent, JSON.stringify(refused))
  a.book.delete(gone.peer)
  const unknown = await a.rpc.call(gone.peer, text('?'), within)
  assert.ok(unknown.kind === 'no-reply' && !unknown.sent && /no address/.test(unknown.reason))
})

test('an aborted signal ends its call alone, with its reason', async () => {
  let cancelled = 0
  const b = await endpoint((_from, body, call) => {
    if (body[0] !== 1) return body
    call.signal.addEventListener('abort', () => cancelled++)
    return new Promise(() => {})
  })
  const a = await endpoint()
  introduce(a, b)
  await a.rpc.call(b.peer, text('opens the stream'), within)
  const controller = new AbortController()
  const call = a.rpc.call(b.peer, Uint8Array.of(1), { ...within, signal: controller.signal })
  const other = a.rpc.call(b.peer, Uint8Array.of(2), within)
  const reason = new Error('changed my mind')
  await other
  controller.abort(reason)
  await assert.rejects(call, reason)
  await assert.rejects(a.rpc.call(b.peer, text('?'), { ...within, signal: controller.signal }), reason)
  await until(() => cancelled === 1, 'the handler hears of it')
  assert.equal(said(await a.rpc.call(b.peer, text('still there'), within)), 'still there')
})

test('a reset, a closed stream and a lost connection end every pending call at once', async () => {
  const ways: ((stream: Stream, member: () => Member) => void)[] = [
    stream => stream.abort(new Error('reset')),
    stream => void stream.close(),
    (_stream, member) => {
      for (const connection of member().host.getConnections()) connection.abort(new Error('cut'))
    }
  ]
  for (const way of ways) {
    let requests = 0
    const other: Member = await impostor(stream =>
      onFrames(stream, () => {
        if (++requests === 20) way(stream, () => other)
      })
    )
    const a = await endpoint()
    introduce(a, other)
    const start = performance.now()
    const results = await Promise.all(
      Array.from({ length: 20 }, () => a.rpc.call(other.peer, text('?'), within))
    )
    assert.ok(performance.now() - start < 2_000)
    for (const result of results) assert.ok(result.kind === 'no-reply' && result.sent)
  }
})

test('the other side comes back as the same peer: the next call opens a new stream', async () => {
  const b = await endpoint()
  const a = await endpoint()
  introduce(a, b)
  assert.equal(said(await a.rpc.call(b.peer, text('before'), within)), 'before')
  await b.rpc.stop()
  await b.stop()
  assert.equal((await a.rpc.call(b.peer, text('meanwhile'), within)).kind, 'no-reply')
  const port = Number(/tcp\/(\d+)/.exec(b.address)![1])
  await endpoint(echo, { privateKey: b.privateKey, port })
  assert.equal(said(await a.rpc.call(b.peer, text('after'), within)), 'after')
})

test('a stream on which nothing comes back for long is given up and opened anew', async () => {
  let streams = 0
  const half = await impostor(stream => {
    const first = ++streams === 1
    onFrames(stream, ({ type, id, body }) => {
      if (!first && type === FrameType.request) stream.send(encodeFrame({ type: FrameType.reply, id, body }))
    })
  })
  const a = await endpoint(echo, { speed: 20 })
  introduce(a, half)
  let answered = false
  for (const end = performance.now() + 10_000; !answered && performance.now() < end; ) {
    const { kind } = await a.rpc.call(half.peer, text('?'), { timeoutMs: 1_000 })
    answered = kind === 'reply'
  }
  assert.equal(streams, 2)
  assert.deepEqual(refusals(a), ['TimeoutError'])
})

test('both may dial each other at the same moment', async () => {
  const [a, b] = [await endpoint(), await endpoint()]
  introduce(a, b)
  const results = await Promise.all([
    a.rpc.call(b.peer, text('from a'), within),
    b.rpc.call(a.peer, text('from b'), within)
  ])
  assert.deepEqual(results.map(said), ['from a', 'from b'])
})

test('after stop nothing is left: no timer, no stream, no pending call', async () => {
  const b = await endpoint(() => new Promise(() => {}))
  const a = await endpoint()
  const unreachable = await startMember()
  introduce(a, b)
  a.book.set(unreachable.peer, ['/ip4/192.0.2.1/tcp/1'])
  await unreachable.stop()
  const calls = [a.rpc.call(b.peer, text('?'), within), a.rpc.call(unreachable.peer, text('?'), within)]
  await until(() => b.met.length === 1, 'the hello')
  await a.rpc.stop()
  for (const result of await Promise.all(calls)) assert.equal(result.kind, 'no-reply')
  assert.deepEqual(await a.rpc.call(b.peer, text('?'), within), {
    kind: 'no-reply',
    sent: false,
    reason: 'this peer is not running'
  })
  await b.rpc.stop()
  for (const member of [a, b]) {
    assert.equal(member.timers(), 0)
    const streams = member.host.getConnections().flatMap(connection => connection.streams)
    assert.deepEqual(
      streams.filter(stream => stream.protocol === PROTOCOL),
      []
    )
  }
})
