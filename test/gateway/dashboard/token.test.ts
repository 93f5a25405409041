import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isToken } from '../../../src/gateway/dashboard/client/api.ts'

test('the page takes every token that a gateway may have, and none that a browser cannot send', () => {
  for (const token of ['a', 'a-token-that-is.known_~+/', 'c2VjcmV0==']) {
    assert.ok(isToken(token), token)
    new Headers({ Authorization: `Bearer ${token}` })
  }
  for (const text of ['', '=', 'a\u200b', '\ufeffa', 'a…', 'a b', 'a\n', 'a=b', 'ä', 'Bearer a']) {
    assert.ok(!isToken(text), JSON.stringify(text))
  }
})
