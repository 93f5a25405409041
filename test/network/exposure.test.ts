import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { refuseOpenDoor } from '../../src/network/exposure.ts'

const OPEN = [
  '/ip4/0.0.0.0/tcp/1',
  '/ip4/10.0.0.1/tcp/1',
  '/ip6/::/tcp/1',
  '/ip6/2001:db8::1/tcp/1',
  '/dns4/peer.example/tcp/1',
  '/dns/peer.example/tcp/1'
]
const LOOPBACK = ['/ip4/127.0.0.1/tcp/1', '/ip4/127.1.2.3/tcp/0', '/ip6/::1/tcp/1', '/dns4/localhost/tcp/1']
const refusal = (address: string) => (error: Error) =>
  error.name === 'ConfigurationError' &&
  error.message.includes(address) &&
  ['--psk', '--allow', '--insecure'].every(flag => error.message.includes(flag))

describe('a peer that other machines can reach', () => {
  for (const address of OPEN) {
    it(`is refused on ${address} without a lock, with every way out named`, () => {
      assert.throws(() => refuseOpenDoor([address], {}), refusal(address))
      assert.throws(
        () => refuseOpenDoor(['/ip4/127.0.0.1/tcp/1', address], { insecure: false }),
        refusal(address)
      )
    })

    it(`may be on ${address} with a key, an allow list, or told to be insecure`, () => {
      for (const locks of [{ psk: 'key' }, { allow: [] }, { insecure: true }])
        refuseOpenDoor([address], locks)
    })
  }

  it('is none on the loopback interface', () => {
    refuseOpenDoor(LOOPBACK, {})
    refuseOpenDoor([], {})
  })
})
