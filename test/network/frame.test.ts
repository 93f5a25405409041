import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Uint8ArrayList } from 'uint8arraylist'
import { FRAME_BYTES_MAX } from '../../src/constants.ts'
import {
  BODY_BYTES_MAX,
  encodeFrame,
  type Frame,
  FrameDecoder,
  FrameType,
  frameBytes
} from '../../src/network/frame.ts'

const seed = Number(process.env.ANILLO_SEED ?? Date.now() % 2 ** 31)

const frames = fc.array(
  fc.record(
    {
      type: fc.constantFrom(...Object.values(FrameType)),
      id: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      body: fc.uint8Array({ maxLength: 300 })
    },
    { noNullPrototype: true }
  ),
  { maxLength: 20 }
)

function drain(decoder: FrameDecoder): Frame[] {
  const all: Frame[] = []
  for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) {
    all.push({ ...frame, body: new Uint8Array(frame.body) })
  }
  return all
}

function pieces(bytes: Uint8Array, cuts: number[]): Uint8Array[] {
  const at = [
    0,
    ...cuts.map(cut => Math.floor(cut * bytes.byteLength)).sort((a, b) => a - b),
    bytes.byteLength
  ]
  return at.slice(1).map((end, i) => bytes.subarray(at[i], end))
}

test('frames come out as they went in, wherever the bytes were split', t => {
  t.diagnostic(`ANILLO_SEED=${seed}`)
  const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 })
  fc.assert(
    fc.property(frames, cuts, fc.boolean(), (sent, at, asList) => {
      const decoder = new FrameDecoder()
      const got: Frame[] = []
      for (const piece of pieces(Buffer.concat(sent.map(encodeFrame)), at)) {
        decoder.push(asList ? new Uint8ArrayList(piece.subarray(0, 2), piece.subarray(2)) : piece)
        got.push(...drain(decoder))
      }
      assert.deepEqual(got, sent)
      assert.equal(decoder.bufferedBytes, 0)
    }),
    { seed }
  )
})

test('whatever is sent ends in frames, in waiting for more, or in one of two errors', t => {
  t.diagnostic(`ANILLO_SEED=${seed}`)
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 64 }), { maxLength: 20 }), garbage => {
      const decoder = new FrameDecoder(1_000)
      try {
        for (const piece of garbage) {
          decoder.push(piece)
          drain(decoder)
        }
        assert.ok(decoder.bufferedBytes <= 1_000 + 4, 'no more is kept than one frame')
      } catch (error) {
        assert.match((error as Error).name, /^(FrameTooLargeError|ProtocolViolationError)$/)
      }
    }),
    { seed, numRuns: 1_000 }
  )
})

test('the largest frame passes, in single bytes as in one piece, and says its size beforehand', () => {
  const body = new Uint8Array(BODY_BYTES_MAX).map((_, i) => i)
  const bytes = encodeFrame({ type: FrameType.reply, id: 7, body })
  assert.equal(bytes.byteLength, frameBytes(body.byteLength))
  const whole = new FrameDecoder()
  whole.push(bytes)
  assert.ok(Buffer.from(body).equals(whole.next()!.body))
  const single = new FrameDecoder()
  let frame: Frame | undefined
  for (let i = 0; i < bytes.byteLength; i++) {
    assert.equal(frame, undefined)
    single.push(bytes.subarray(i, i + 1))
    frame = single.next()
  }
  assert.ok(Buffer.from(body).equals(frame!.body))
})

const refused: [string, number[], string][] = [
  ['a length over the bound, before its bytes arrive', lengthOf(FRAME_BYTES_MAX + 1), 'FrameTooLargeError'],
  ['a length of five bytes', [0xff, 0xff, 0xff, 0xff], 'ProtocolViolationError'],
  ['a length with needless bytes', [0x85, 0x80, 0x00], 'ProtocolViolationError'],
  ['an empty frame', [0], 'ProtocolViolationError'],
  ['a frame shorter than its header', [4, 1, 0, 0, 0], 'ProtocolViolationError'],
  ['a frame of an unknown type', [5, 6, 0, 0, 0, 1], 'ProtocolViolationError']
]
for (const [what, bytes, name] of refused) {
  test(`${what} is refused`, () => {
    const decoder = new FrameDecoder()
    decoder.push(Uint8Array.from(bytes))
    assert.throws(() => decoder.next(), { name })
  })
}

test('a frame of exactly the bound is not refused', () => {
  const decoder = new FrameDecoder()
  decoder.push(Uint8Array.from(lengthOf(FRAME_BYTES_MAX)))
  assert.equal(decoder.next(), undefined)
})

function lengthOf(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...lengthOf(value >>> 7)]
}
