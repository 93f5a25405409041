import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SlotFollowers } from '../../src/replica/slot-followers.ts'
import { asSlot } from '../../src/ring/slot.ts'

const [ONE, TWO] = [asSlot(1, 4), asSlot(2, 4)]

test('followers of slots are told once of all that moved, and nothing from before they came', () => {
  const followers = new SlotFollowers()
  followers.moved(ONE)
  const told: number[][] = []
  const end = followers.subscribe(slots => told.push([...slots]))
  followers.tell()
  for (const slot of [ONE, TWO, ONE]) followers.moved(slot)
  followers.tell()
  followers.tell()
  end()
  followers.moved(ONE)
  followers.tell()
  assert.deepEqual(told, [[ONE, TWO]])
})

test('a follower that finds the disk damaged keeps no other from being told, and its error is given back', () => {
  const followers = new SlotFollowers()
  const damage = new Error('a value has another checksum')
  followers.subscribe(() => {
    throw damage
  })
  const told: number[][] = []
  followers.subscribe(slots => told.push([...slots]))
  followers.moved(ONE)
  assert.equal(followers.tell(), damage)
  assert.deepEqual(told, [[ONE]])
  assert.equal(followers.tell(), undefined)
})
