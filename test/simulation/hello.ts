/**
 * What a stream's hello says, here at the head of every message: a few bytes that name a start of a store. What else a
 * hello has, the simulation keeps in one place, as nobody changes it.
 */

import type { Incarnation } from '../../src/replica/view.ts'
import type { KnownBoots } from '../../src/storage/known-boots.ts'

export interface Hello {
  readonly self: Incarnation
  /** Of this start and those before it, the newest first. */
  readonly nonces: Uint8Array
}

/** Of a hello in front of a message: store id 8 | boot u32 | the beginning of the newest nonce 4. */
export const HELLO_BYTES = 16

export function encodeHello({ self, nonces }: Hello): Uint8Array {
  const bytes = new Uint8Array(HELLO_BYTES)
  bytes.set(Buffer.from(self.store, 'hex'))
  new DataView(bytes.buffer).setUint32(8, self.boot)
  bytes.set(nonces.subarray(0, 4), 12)
  return bytes
}

/** All hellos of a run. */
export class Hellos {
  readonly #hellos = new Map<string, Hello>()

  add(hello: Hello): void {
    this.#hellos.set(nameOf(hello.self.peer, encodeHello(hello)), hello)
  }

  /** That of a message from `peer`. */
  of(peer: string, message: Uint8Array): Hello {
    return this.#hellos.get(nameOf(peer, message))!
  }
}

function nameOf(peer: string, message: Uint8Array): string {
  return `${peer} ${Buffer.from(message.buffer, message.byteOffset, HELLO_BYTES).toString('latin1')}`
}

/** Whom one process has let in. A stream that is open stays so, whatever other streams say later. */
export class Admissions {
  readonly #known: KnownBoots
  readonly #verdicts = new Map<Hello, boolean>()

  constructor(known: KnownBoots) {
    this.#known = known
  }

  /** False: the disk of that start is an old copy. */
  admit(hello: Hello): boolean {
    const verdict = this.#verdicts.get(hello) ?? this.#judge(hello)
    this.#verdicts.set(hello, verdict)
    return verdict
  }

  #judge({ self, nonces }: Hello): boolean {
    try {
      this.#known.admit(self, nonces)
      return true
    } catch {
      return false
    }
  }
}
