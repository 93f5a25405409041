/** What every command is given, so that it can be tested without a process and without a network of its own. */
import type { AnilloPeer, PeerOptions } from '../peer.ts'
import type { Terminal } from './terminal.ts'

export interface Context {
  readonly terminal: Terminal
  readonly createPeer: (options: PeerOptions) => Promise<AnilloPeer>
}
