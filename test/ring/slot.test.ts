/** Where users live: values that must never change, since they are on people's disks, and how evenly they spread. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ringNode, ringNodes } from '../../src/chord/ring-node.ts'
import {
  keyOf,
  type Position,
  positionFromBytes,
  positionFromHex,
  positionToBytes,
  positionToHex
} from '../../src/ring/position.ts'
import { allSlots, asSlot, isSlotCount, SLOTS_MAX, slotOf, slotStart } from '../../src/ring/slot.ts'
import { simulatedPeerId } from '../simulation/peer-id.ts'
import { chooseSeed, seededRandom } from '../simulation/random.ts'

const seed = chooseSeed()
const check = (property: Parameters<typeof fc.assert>[0]) => fc.assert(property, { seed: Number(seed) || 0 })
const position = fc.bigInt(0n, (1n << 160n) - 1n).map(value => value as Position)
const slotCount = fc.integer({ min: 0, max: Math.log2(SLOTS_MAX) }).map(bits => 1 << bits)

test('the key, slot and ring node positions of known ids are what they always were', () => {
  assert.equal(positionToHex(keyOf('alice')), '2bd806c97f0e00af1a1fc3328fa763a9269723c8')
  assert.equal(positionToHex(keyOf('')), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4')
  assert.equal(positionToHex(keyOf('日本')), 'cf2abf0c5be326cb922a70f8163f91079c4d9aa8')
  assert.equal(slotOf(keyOf('alice'), 256), 0x2b)
  assert.equal(slotOf(keyOf('alice'), 16), 2)
  const peer = '12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA'
  assert.equal(positionToHex(ringNode(peer, 0).position), '1564bf5854695844e3b3f50087014d38b6fc631b')
  assert.equal(positionToHex(ringNode(peer, 300).position), 'e1ef67c9e5d23a6a9af22e911ccd56a592c060fe')
})

test('a position survives its way through bytes and hex', () => {
  check(
    fc.property(position, point => {
      assert.equal(positionFromBytes(positionToBytes(point)), point)
      assert.equal(positionFromHex(positionToHex(point)), point)
      assert.equal(positionToBytes(point).byteLength, 20)
    })
  )
  assert.throws(() => positionFromHex('2BD8'), RangeError)
  assert.throws(() => positionFromBytes(new Uint8Array(19)), RangeError)
})

test('every key lies in the slot whose start is the last one before it', () => {
  check(
    fc.property(position, slotCount, (key, slots) => {
      const slot = slotOf(key, slots)
      assert.equal(asSlot(slot, slots), slot)
      assert.ok(slotStart(slot, slots) <= key)
      if (slot + 1 < slots) assert.ok(key < slotStart(asSlot(slot + 1, slots), slots))
    })
  )
})

test('slot counts are powers of two', () => {
  assert.deepEqual([0, 1, 3, 256, SLOTS_MAX, SLOTS_MAX * 2, 1.5].map(isSlotCount), [
    false,
    true,
    false,
    true,
    true,
    false,
    false
  ])
  assert.throws(() => asSlot(256, 256), RangeError)
})

test('in 95 of 100 rings of five peers nobody owns more than one and a half times its share of slots', () => {
  const random = seededRandom(seed, 'spread')
  const [peers, virtualNodes, slots] = [5, 32, 256]
  let even = 0
  for (let ring = 0; ring < 100; ring++) {
    const members = Array.from({ length: peers }, () => simulatedPeerId(random))
    const circle = members
      .flatMap(peer => ringNodes(peer, virtualNodes))
      .sort((a, b) => (a.position < b.position ? -1 : 1))
    const owned = new Map<string, number>()
    for (const slot of allSlots(slots)) {
      const owner = circle.find(node => node.position >= slotStart(slot, slots)) ?? circle[0]!
      owned.set(owner.peer, (owned.get(owner.peer) ?? 0) + 1)
    }
    if (Math.max(...owned.values()) <= (1.5 * slots) / peers) even++
  }
  assert.ok(even >= 95, `only ${even} of 100 rings are that even`)
})
