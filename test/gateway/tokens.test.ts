import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { TOKEN_LENGTH_MAX, TOKEN_LENGTH_MIN, TOKENS_MAX } from '../../src/constants.ts'
import { type HttpToken, type Scope, Tokens } from '../../src/gateway/tokens.ts'

const good = 'a'.repeat(TOKEN_LENGTH_MIN)

describe('the tokens of a gateway', () => {
  it('are found whole, and by nothing else', () => {
    const tokens = new Tokens([
      { token: good, scopes: ['read'], name: 'first' },
      { token: `${good}b`, scopes: ['write', 'admin'] }
    ])
    assert.equal(tokens.find(good)?.name, 'first')
    assert.equal(tokens.find(`${good}b`)?.name, 'token 2')
    for (const wrong of ['', good.slice(1), `${good} `, `${good}c`, good.toUpperCase(), 'x'.repeat(16_000)]) {
      assert.equal(tokens.find(wrong), undefined, wrong.slice(0, 40))
    }
  })

  it('may all read; neither write nor admin contains the other', () => {
    for (const [given, expected] of [
      [['read'], ['read']],
      [['write'], ['read', 'write']],
      [['admin'], ['read', 'admin']],
      [
        ['admin', 'write'],
        ['read', 'admin', 'write']
      ]
    ] as [Scope[], Scope[]][]) {
      const grant = new Tokens([{ token: good, scopes: given }]).find(good)
      assert.deepEqual(new Set(grant?.scopes), new Set(expected))
    }
  })

  it('are refused when they could be guessed or never be sent, and the message does not repeat them', () => {
    const wrong: [tokens: HttpToken[], says: RegExp][] = [
      [[], /There is no token, so nobody could get in/],
      [[{ token: 'secret', scopes: ['read'] }], /^token 1 has 6 characters; .* openssl rand -hex 32$/],
      [[{ token: 'x'.repeat(TOKEN_LENGTH_MAX + 1), scopes: ['read'] }], /has 513 characters/],
      [[{ token: `secret${good} `, scopes: ['read'] }], /has a character that no token has/],
      [[{ token: `secret${good}é`, scopes: ['read'] }], /has a character that no token has/],
      [[{ token: `secret${good}\n`, scopes: ['read'] }], /has a character that no token has/],
      [
        [{ token: good, scopes: [], name: 'tokens.txt line 7' }],
        /^tokens.txt line 7 has no scope; .*read, write, admin/
      ],
      [
        [{ token: good, scopes: ['root' as Scope] }],
        /has the scope "root"; the scopes are read, write, admin/
      ],
      [
        [
          { token: good, scopes: ['read'], name: 'ada' },
          { token: good, scopes: ['admin'], name: 'bob' }
        ],
        /^bob is the token of ada again/
      ],
      [
        Array.from({ length: TOKENS_MAX + 1 }, (_, index) => ({
          token: `${good}${index}`,
          scopes: ['read']
        })),
        /There are 101 tokens/
      ]
    ]
    for (const [tokens, says] of wrong) {
      assert.throws(
        () => new Tokens(tokens),
        (error: Error) => {
          assert.equal(error.name, 'ConfigurationError')
          assert.match(error.message, says)
          assert.ok(!error.message.includes('secret') && !error.message.includes(good), error.message)
          return true
        }
      )
    }
  })
})
