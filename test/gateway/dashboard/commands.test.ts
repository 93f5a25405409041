import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cliLine } from '../../../src/gateway/dashboard/client/commands.ts'

test('a shown command has what a person typed as its last word, and no option can be made of it', () => {
  const lookup = (operand: string, origin = 'http://127.0.0.1:5000') =>
    cliLine({ command: 'ring lookup --trace', operand }, { origin })
  assert.equal(lookup('7'), 'anillo ring lookup --trace 7')
  assert.equal(lookup('-x'), 'anillo ring lookup --trace -- -x')
  assert.equal(lookup('--help me'), "anillo ring lookup --trace -- '--help me'")
  assert.equal(
    lookup('-x', 'http://127.0.0.1:5001'),
    'anillo ring lookup --trace -u http://127.0.0.1:5001 -- -x'
  )
  assert.equal(cliLine({ command: 'ring check' }, { origin: 'http://127.0.0.1:5000' }), 'anillo ring check')
})
