import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CRAMPED } from './cramped.ts'
import { MUTATIONS } from './mutations.ts'
import { patchFault } from './patched-build.ts'

test('every rule that a mutation takes away is still in the program, once', () => {
  assert.deepEqual(
    MUTATIONS.flatMap(({ name, patches }) => {
      const fault = patchFault(patches)
      return fault === undefined ? [] : [`${name}: ${fault}`]
    }),
    []
  )
  assert.equal(new Set(MUTATIONS.map(({ name }) => name)).size, MUTATIONS.length)
})

test('every limit that is made small for half of the seeds is still there, once', () => {
  assert.equal(patchFault(CRAMPED), undefined)
})
