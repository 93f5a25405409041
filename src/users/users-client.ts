/** The users of a ring for a client of it: every answer is somebody else's, and nothing is kept here. */
import { setMaxListeners } from 'main-event'
import type { Genesis } from '../chord/genesis.ts'
import type { RingFinder } from '../chord/ring-finder.ts'
import type { Peer } from '../chord/ring-node.ts'
import { InvalidRequestError, NotRunningError } from '../errors.ts'
import type { Runtime } from '../runtime.ts'
import { JobBoard } from './job-board.ts'
import { RingAccess, type RingAccessInit } from './ring-access.ts'
import type { RecoveryReport, RecoveryRequest } from './ring-report.ts'
import { countSlots, type SlotCounts } from './slot-counts.ts'
import type { HeldUser, UsersPart } from './users-part.ts'
import type { UsersRpc } from './users-rpc.ts'

export interface UsersClientInit {
  readonly self: Peer
  readonly genesis: Genesis
  readonly chord: RingFinder
  readonly rpc: UsersRpc
  readonly runtime: Runtime
  readonly addressesOf: (peer: Peer) => readonly string[]
}

/** A view can name a client all the same: as the peer that it was before, with the same key. */
const NOWHERE: Pick<RingAccessInit, 'slots' | 'source'> = {
  slots: {
    execute: async () => ({ kind: 'elsewhere', view: undefined }),
    scan: async () => ({ kind: 'elsewhere', view: undefined }),
    readStale: () => undefined,
    known: () => undefined
  },
  source: { after: async followed => followed.map(({ slot }) => ({ kind: 'elsewhere', slot })) }
}

export class UsersClient implements UsersPart {
  readonly users: RingAccess['users']
  readonly traced: RingAccess['traced']
  readonly many: RingAccess['many']
  readonly ring: RingAccess['ring']
  readonly jobs: JobBoard
  readonly userCount = 0
  readonly backupCount = 0
  readonly usersStamp = ''
  readonly #self: Peer
  readonly #slotCount: number
  readonly #stopping = new AbortController()

  constructor({ addressesOf, ...init }: UsersClientInit) {
    setMaxListeners(Number.POSITIVE_INFINITY, this.#stopping.signal) // everything under way listens to it
    this.#self = init.self
    this.#slotCount = init.genesis.slots
    this.jobs = new JobBoard(init.runtime.clock)
    const access = new RingAccess({
      ...init,
      ...NOWHERE,
      stopping: this.#stopping.signal,
      inspected: {
        client: true,
        tally: () => ({ leaving: false, slots: [] }),
        leaving: () => false,
        storageOk: () => true,
        addressesOf
      }
    })
    this.users = access.users
    this.traced = access.traced
    this.many = access.many
    this.ring = access.ring
  }

  /** Ends everything under way. */
  stop(): void {
    this.#stopping.abort(new NotRunningError('This client is stopping'))
  }

  async recover({ from }: RecoveryRequest): Promise<RecoveryReport> {
    throw new InvalidRequestError(
      from === this.#self
        ? `${from} is a client of the ring and has no copies: ask a peer of the ring`
        : `This is ${this.#self}, a client of the ring: ask ${from} itself`
    )
  }

  slotCounts(): SlotCounts {
    return { ...countSlots([], 0), all: this.#slotCount }
  }

  heldUsers(): Iterable<HeldUser> {
    return []
  }

  backups(): Iterable<HeldUser> {
    return []
  }
}
