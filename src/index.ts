/**
 * A users database without a server: libp2p peers form a Chord ring, and every peer answers for every user.
 *
 * ```ts
 * import { createPeer } from 'anillo'
 *
 * await using peer = await createPeer({ listen: ['/ip4/127.0.0.1/tcp/0'], dataDir: './data' })
 * await peer.users.set('7', { status: 'ONLINE' }, { ifAbsent: true })
 * const ada = await peer.users.get('7')
 * ```
 *
 * @packageDocumentation
 */
import './shim.ts'

export type { Genesis, RingOptions } from './chord/genesis.ts'
export type { LookupOptions, LookupResult } from './chord/lookup.ts'
export type { NodeSnapshot, RingFinder } from './chord/ring-finder.ts'
export type { Peer, RingNode } from './chord/ring-node.ts'
export {
  type ChordComponents,
  type ChordInit,
  type ChordService,
  chord,
  type Joined
} from './chord/service.ts'
export * from './errors.ts'
export type { AnilloEvent, Events } from './events.ts'
export type { Caller } from './gateway/door.ts'
export {
  type AnilloPeer,
  createPeer,
  type HttpOptions,
  type HttpSecrets,
  type HttpToken,
  newPreSharedKey,
  type PeerOptions,
  peerIdAt,
  type Scope,
  type TlsOptions
} from './peer.ts'
export { keyOf, type Position, positionToHex } from './ring/position.ts'
export type { Log, LogFields } from './runtime.ts'
export type { LookupReport, PeerReport, RingInspector, RingReport, SelfReport } from './users/ring-report.ts'
export { type UsersComponents, type UsersInit, type UsersService, users } from './users/service.ts'
export {
  type Profile,
  STATUSES,
  type Status,
  type User,
  type UserInput,
  type UserPatch
} from './users/user.ts'
export type { CallOptions, ReadOptions, SetOptions, Users, WriteOptions } from './users/users.ts'
export { VERSION } from './version.ts'
