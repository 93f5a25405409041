/**
 * What a call between two peers costs: an echo of 100 bytes between two processes on this machine, over TCP, noise
 * and yamux on the loopback interface, with 1, 64 and 512 calls in flight, three ways:
 *
 *   rpc     the calls of src/network/rpc.ts: one kept stream, everything of a tick in one send, answers by id
 *   bare    one kept libp2p stream, one length-prefixed message in each send, answers in order
 *   stream  a libp2p stream for each request
 *
 * The three take turns round by round, so that whatever else the machine does meets all of them; each number is the
 * median of the rounds.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { Connection } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import * as lengthPrefixed from 'it-length-prefixed'
import { RpcEndpoint } from '../src/network/rpc.ts'
import { BARE_PROTOCOL, benchHost, ONCE_PROTOCOL, RPC_PROTOCOL, STREAMS_MAX } from './rpc-host.ts'

type Way = 'rpc' | 'bare' | 'stream'
type Echo = (body: Uint8Array) => Promise<unknown>
interface Round {
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
}

const WAYS: readonly Way[] = ['rpc', 'bare', 'stream']
const IN_FLIGHT = [1, 64, 512] as const
const ROUNDS = 5
const ROUND_MS = 1_000
const BODY = new Uint8Array(100).fill(7)

export async function run(args: string[]): Promise<void> {
  const rounds = Number(args[0] ?? ROUNDS)
  const server = fork(new URL('./rpc-server.js', import.meta.url), { stdio: 'inherit' })
  const [address] = (await once(server, 'message')) as [string]
  const peer = address.split('/').at(-1)!
  const { host, wire } = await benchHost(() => [address])
  const rpc = new RpcEndpoint(wire, RPC_PROTOCOL, { request: (_from, body) => body })
  await rpc.start()
  const connection = await host.dial(multiaddr(address))
  const echoes: Record<Way, Echo> = {
    rpc: async body => {
      const { kind } = await rpc.call(peer, body, { timeoutMs: 5_000 })
      if (kind !== 'reply') throw new Error(`The call ended in ${kind}`)
    },
    bare: await bareEcho(connection),
    stream: body => echoOnce(connection, body)
  }
  console.log(`100-byte echo between two processes, loopback TCP + noise + yamux, node ${process.version}`)
  console.log(`median of ${rounds} rounds of ${ROUND_MS} ms each, the three ways taking turns\n`)
  console.log('in flight  way       k/s    p50 ms    p99 ms   throughput and p50 against bare')
  for (const inFlight of IN_FLIGHT) await compare(echoes, inFlight, rounds)
  await rpc.stop()
  await host.stop()
  server.disconnect()
}

async function compare(echoes: Record<Way, Echo>, inFlight: number, rounds: number): Promise<void> {
  const results: Record<Way, Round[]> = { rpc: [], bare: [], stream: [] }
  for (const way of WAYS) await measure(echoes[way], inFlight, ROUND_MS / 2) // warms up
  for (let round = 0; round < rounds; round++) {
    for (const way of WAYS) results[way].push(await measure(echoes[way], inFlight, ROUND_MS))
  }
  const of = (way: Way, number: keyof Round) => median(results[way].map(result => result[number]))
  for (const way of WAYS) {
    const against = `${(of(way, 'perSecond') / of('bare', 'perSecond')).toFixed(2)} x   ${(of(way, 'p50') / of('bare', 'p50')).toFixed(2)} x`
    const numbers = [of(way, 'perSecond') / 1000, of(way, 'p50'), of(way, 'p99')]
    const columns = numbers.map((number, i) => number.toFixed(i === 0 ? 1 : 3).padStart(i === 0 ? 8 : 10))
    console.log(`${String(inFlight).padStart(9)}  ${way.padEnd(6)}${columns.join('')}   ${against}`)
  }
}

/** Keeps `inFlight` echoes going for `ms`. */
async function measure(echo: Echo, inFlight: number, ms: number): Promise<Round> {
  const latencies: number[] = []
  const start = performance.now()
  const end = start + ms
  const worker = async () => {
    for (let before = performance.now(); before < end; ) {
      await echo(BODY)
      const after = performance.now()
      latencies.push(after - before)
      before = after
    }
  }
  await Promise.all(Array.from({ length: inFlight }, worker))
  const seconds = (performance.now() - start) / 1000
  latencies.sort((a, b) => a - b)
  const at = (fraction: number) => latencies[Math.floor(latencies.length * fraction)]!
  return { perSecond: latencies.length / seconds, p50: at(0.5), p99: at(0.99) }
}

/** The natural way: a message in each send, answers in the order of the questions. */
async function bareEcho(connection: Connection): Promise<Echo> {
  const stream = await connection.newStream(BARE_PROTOCOL)
  const waiting: (() => void)[] = []
  const read = async () => {
    for await (const _message of lengthPrefixed.decode(stream)) waiting.shift()!()
  }
  void read().catch(() => {}) // ends with the connection
  return body =>
    new Promise<void>(resolve => {
      waiting.push(resolve)
      stream.send(lengthPrefixed.encode.single(body))
    })
}

async function echoOnce(connection: Connection, body: Uint8Array): Promise<void> {
  const stream = await connection.newStream(ONCE_PROTOCOL, { maxOutboundStreams: STREAMS_MAX })
  const answer = lengthPrefixed.decode(stream)[Symbol.asyncIterator]()
  stream.send(lengthPrefixed.encode.single(body))
  await answer.next()
  await stream.close()
}

function median(numbers: number[]): number {
  return numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!
}
