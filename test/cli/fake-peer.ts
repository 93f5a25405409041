/** A peer that does nothing but what `anillo peer start` asks of one, and a way to run the program with it. */
import '../../src/shim.ts'
import { anilloProgram, run } from '../../src/cli/program.ts'
import type { Terminal } from '../../src/cli/terminal.ts'
import { Events } from '../../src/events.ts'
import type { AnilloPeer, PeerOptions } from '../../src/peer.ts'
import { type FakeTerminal, fakeTerminal } from './fake-terminal.ts'
import { FIRST_PEER, ringReport } from './reports.ts'

export interface FakePeer {
  readonly peer: AnilloPeer
  readonly stopped: PromiseWithResolvers<Error | undefined>
  readonly calls: string[]
}

export function fakePeer(changes: Partial<AnilloPeer> = {}): FakePeer {
  const stopped = Promise.withResolvers<Error | undefined>()
  const calls: string[] = []
  const unused = () => {
    throw new Error('not for this test')
  }
  const peer: AnilloPeer = {
    peer: FIRST_PEER,
    ringId: '2f91c04e'.padEnd(32, '0'),
    replicas: 3,
    slots: 256,
    virtualNodes: 32,
    origin: 'created',
    addresses: [`/ip4/127.0.0.1/tcp/50051/p2p/${FIRST_PEER}`],
    httpUrl: 'http://127.0.0.1:5000',
    users: {
      get: unused,
      set: unused,
      patch: unused,
      heartbeat: unused,
      delete: unused,
      getMany: unused,
      heartbeatMany: unused,
      page: unused,
      list: unused,
      count: unused,
      watch: unused,
      import: unused
    },
    ring: {
      ring: unused,
      size: () => ringReport().peers.length,
      lookup: unused,
      self: unused,
      health: unused
    },
    events: new Events(),
    fetch: unused,
    updateHttp: () => calls.push('updateHttp'),
    leave: unused,
    stop: async () => {
      calls.push('stop')
      stopped.resolve(undefined)
    },
    stopped: stopped.promise,
    [Symbol.asyncDispose]: async () => {},
    ...changes
  }
  return { peer, stopped, calls }
}

export interface Run {
  readonly code: Promise<number>
  readonly terminal: Omit<FakeTerminal, 'input'> & Terminal
  /** What createPeer was called with; rejects when the program ended without it. */
  readonly options: Promise<PeerOptions>
}

/** Runs `anillo` in this process. */
export function runAnillo(
  args: readonly string[],
  createPeer: (options: PeerOptions) => Promise<AnilloPeer> = async () => fakePeer().peer,
  env: Record<string, string> = {},
  changes: Partial<Terminal> = {}
): Run {
  const terminal = { ...fakeTerminal(env), ...changes }
  const options = Promise.withResolvers<PeerOptions>()
  options.promise.catch(() => {})
  const program = anilloProgram(
    {
      terminal,
      createPeer: given => {
        options.resolve(given)
        return createPeer(given)
      }
    },
    '0.0.0-test'
  )
  const code = run(program, terminal, args)
  void code.then(each => options.reject(new Error(`ended with ${each}: ${terminal.printed.err}`)))
  return { code, terminal, options: options.promise }
}
