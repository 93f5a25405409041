import '../../src/shim.ts'
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, it, type TestContext } from 'node:test'
import { generateKeyPair } from '@libp2p/crypto/keys'
import type { Libp2p } from '@libp2p/interface'
import { generateKey, preSharedKey } from '@libp2p/pnet'
import { createHost } from '../../src/network/host.ts'
import { newPreSharedKey, privateNetwork } from '../../src/network/pre-shared-key.ts'
import { systemRandom } from '../../src/runtime.ts'

const KEY = newPreSharedKey(systemRandom)
const HEX = KEY.split('\n')[2]!

async function start(t: TestContext, protector: ReturnType<typeof privateNetwork>): Promise<Libp2p> {
  const privateKey = await generateKeyPair('Ed25519')
  const host = await createHost({ privateKey, listen: ['/ip4/127.0.0.1/tcp/0'], protector, services: {} })
  t.after(() => host.stop())
  return host
}

describe('a pre-shared key', () => {
  it('is a key file as libp2p knows it, and another each time', () => {
    assert.match(KEY, /^\/key\/swarm\/psk\/1\.0\.0\/\n\/base16\/\n[0-9a-f]{64}\n$/)
    assert.notEqual(newPreSharedKey(systemRandom), KEY)
  })

  it("may come from libp2p's own generator, with or without a last line end, or with those of Windows", () => {
    const bytes = new Uint8Array(95)
    generateKey(bytes)
    const text = Buffer.from(bytes).toString()
    for (const each of [
      text,
      `${text}\n`,
      KEY.replaceAll('\n', '\r\n'),
      KEY.toUpperCase().replace(/^[^0-9]*1\.0\.0\/\n.*\n/, `${KEY.split('\n').slice(0, 2).join('\n')}\n`)
    ]) {
      privateNetwork(each)
    }
  })

  const wrong: [what: string, text: string][] = [
    ['nothing', ''],
    ['the digits alone', HEX],
    ['another kind of file', `-----BEGIN KEY-----\n/base16/\n${HEX}\n`],
    ['another encoding', `/key/swarm/psk/1.0.0/\n/base64/\n${HEX}\n`],
    ['a digit too few', KEY.replace(HEX, HEX.slice(1))],
    ['a byte too many', KEY.replace(HEX, `${HEX}00`)],
    ['what is no digit', KEY.replace(HEX, `g${HEX.slice(1)}`)],
    ['a line too many', `${KEY}${HEX}\n`]
  ]
  for (const [what, text] of wrong) {
    it(`is not ${what}, and what was given is not shown`, () => {
      assert.throws(
        () => privateNetwork(text),
        (error: Error) =>
          error.name === 'ConfigurationError' &&
          /anillo key psk/.test(error.message) &&
          !error.message.includes(HEX.slice(1))
      )
    })
  }

  it("connects to libp2p's own protector that was given the same file", async t => {
    const theirs = preSharedKey({ psk: Buffer.from(KEY) }) as unknown as ReturnType<typeof privateNetwork>
    const [one, two] = [await start(t, privateNetwork(KEY)), await start(t, theirs)]
    const connection = await one.dial(two.getMultiaddrs())
    assert.ok(connection.remotePeer.equals(two.peerId))
  })

  it('lets more through than all buffers on the way hold, when the reader is slower than the writer', async t => {
    const [from, to] = [await start(t, privateNetwork(KEY)), await start(t, privateNetwork(KEY))]
    const CHUNK_BYTES = 64 * 1024
    const CHUNKS = 512 // 32 MiB
    const received = Promise.withResolvers<number>()
    await to.handle('/test/1.0.0', stream => {
      let bytes = 0
      stream.addEventListener('message', ({ data }) => {
        bytes += data.byteLength
        stream.pause()
        setImmediate(() => stream.resume())
        if (bytes >= CHUNKS * CHUNK_BYTES) received.resolve(bytes)
      })
    })
    const stream = await from.dialProtocol(to.getMultiaddrs(), '/test/1.0.0')
    for (let chunk = 0; chunk < CHUNKS; chunk++) {
      if (!stream.send(new Uint8Array(CHUNK_BYTES))) await once(stream, 'drain')
    }
    assert.equal(await received.promise, CHUNKS * CHUNK_BYTES)
  })
})
