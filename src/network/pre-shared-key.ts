/**
 * The pre-shared key of a private ring: a secret file, the same for every peer, without which a connection gets no
 * further than its first bytes. The file's format is that of libp2p's private networks (libp2p specs, pnet: `/key/swarm/psk/1.0.0/`
 * in base16), so that any libp2p program reads it. It hides the ring from strangers; who a peer is, is proven by noise inside.
 */
import type { ConnectionProtector } from '@libp2p/interface'
import { preSharedKey as pnet } from '@libp2p/pnet'
import { fromString } from 'uint8arrays/from-string'
import { toString as bytesToString } from 'uint8arrays/to-string'
import { CONNECT_TIMEOUT_MS } from '../constants.ts'
import { ConfigurationError, NotAdmittedError } from '../errors.ts'
import type { Random } from '../runtime.ts'

const TAG = '/key/swarm/psk/1.0.0/'
const CODEC = '/base16/'
const KEY_BYTES = 32

/** The text of a new key file. */
export function newPreSharedKey(random: Random): string {
  return `${TAG}\n${CODEC}\n${bytesToString(random.bytes(KEY_BYTES), 'base16')}\n`
}

/**
 * What makes a host's connections private. libp2p's own reader takes the third line of anything for the key; this one is strict.
 * @param text of a key file
 * @throws ConfigurationError it is none; the message shows nothing of it
 */
export function privateNetwork(text: string): () => ConnectionProtector {
  const [tag, codec, key = '', ...rest] = text.trim().split(/\r?\n/)
  if (tag !== TAG || codec !== CODEC || !/^[0-9a-f]{64}$/i.test(key) || rest.length > 0) {
    throw new ConfigurationError(
      `The pre-shared key cannot be used: a key file has the lines ${TAG}, ${CODEC} and ${2 * KEY_BYTES} hex digits, and \`anillo key psk\` makes one`
    )
  }
  const create = pnet({
    psk: fromString([tag, codec, key.toLowerCase()].join('\n')),
    timeout: CONNECT_TIMEOUT_MS
  })
  return () => {
    const inner = create()
    return {
      async protect(connection, options) {
        try {
          return await inner.protect(connection as Parameters<typeof inner.protect>[0], options)
        } catch (cause) {
          throw new NotAdmittedError((cause as Error).message, { cause })
        }
      }
    }
  }
}
