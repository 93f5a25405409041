import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { HTTP_CLIENTS_MAX } from '../../src/constants.ts'
import { Allowances } from '../../src/gateway/allowances.ts'
import { clientOf, isLoopback } from '../../src/gateway/client-address.ts'
import { Recent } from '../../src/gateway/recent.ts'
import { ManualClock } from './harness.ts'

describe('an allowance', () => {
  it('gives so many at once, then so many with each second, to each client for itself', () => {
    const clock = new ManualClock()
    const allowances = new Allowances(clock, { atOnce: 3, perSecond: 2 })
    assert.deepEqual(
      [1, 2, 3, 4].map(() => allowances.take('ada')),
      [0, 0, 0, 500]
    )
    assert.equal(allowances.take('bob'), 0)
    clock.advance(499)
    assert.equal(allowances.take('ada'), 1)
    clock.advance(1)
    assert.deepEqual([allowances.waitMs('ada'), allowances.take('ada'), allowances.take('ada')], [0, 0, 500])
  })

  it('saves up no more than may be taken at once', () => {
    const clock = new ManualClock()
    const allowances = new Allowances(clock, { atOnce: 2, perSecond: 1 })
    allowances.take('ada')
    clock.advance(3_600_000)
    assert.deepEqual(
      [1, 2, 3].map(() => allowances.take('ada')),
      [0, 0, 1_000]
    )
  })

  it('is remembered of a bounded number of clients: the one longest unseen is forgotten', () => {
    const allowances = new Allowances(new ManualClock(), { atOnce: 1, perSecond: 1 })
    const names = Array.from({ length: HTTP_CLIENTS_MAX }, (_, index) => `client ${index}`)
    for (const name of names) allowances.take(name)
    assert.equal(allowances.take(names[0]!), 1_000)
    allowances.take('one more')
    assert.equal(allowances.take(names[0]!), 1_000)
    assert.equal(allowances.take(names[1]!), 0)
    const recent = new Recent<number>(2)
    for (const key of ['a', 'b', 'c']) recent.set(key, 1)
    assert.deepEqual([recent.size, recent.get('a'), recent.get('c')], [2, undefined, 1])
  })
})

describe('the client behind an address', () => {
  it('is the address itself, or the /64 of an IPv6 one', () => {
    for (const [address, client] of [
      ['192.0.2.1', '192.0.2.1'],
      ['::ffff:192.0.2.1', '192.0.2.1'],
      ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
      ['2001:db8:1:2::6', '2001:db8:1:2::/64'],
      ['2001:db8::6', '2001:db8:0:0::/64'],
      ['fe80::1%eth0', 'fe80:0:0:0::/64'],
      ['::1', '0:0:0:0::/64'],
      ['1::', '1:0:0:0::/64']
    ] as const) {
      assert.equal(clientOf(address), client)
    }
  })

  it('is this machine when it is loopback, and only then', () => {
    for (const host of [
      '127.0.0.1',
      '127.8.9.1',
      '::1',
      '[::1]',
      'localhost',
      'LOCALHOST',
      '::ffff:127.0.0.1'
    ]) {
      assert.ok(isLoopback(host), host)
    }
    for (const host of [
      '0.0.0.0',
      '::',
      '',
      '10.0.0.1',
      '127.example.org',
      'localhost.example.org',
      '1127.0.0.1'
    ]) {
      assert.ok(!isLoopback(host), host)
    }
  })
})
