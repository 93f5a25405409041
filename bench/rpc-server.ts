/** The side that answers, a process of its own: the three echoes of rpc.ts. Says its address and ends with its parent. */
import '../src/shim.ts'
import * as lengthPrefixed from 'it-length-prefixed'
import { RpcEndpoint } from '../src/network/rpc.ts'
import { BARE_PROTOCOL, benchHost, ONCE_PROTOCOL, RPC_PROTOCOL, STREAMS_MAX } from './rpc-host.ts'

const { host, wire } = await benchHost(() => [])
await new RpcEndpoint(wire, RPC_PROTOCOL, { request: (_from, body) => body }).start()

await host.handle(BARE_PROTOCOL, async stream => {
  for await (const message of lengthPrefixed.decode(stream))
    stream.send(lengthPrefixed.encode.single(message))
})

await host.handle(
  ONCE_PROTOCOL,
  async stream => {
    for await (const message of lengthPrefixed.decode(stream)) {
      stream.send(lengthPrefixed.encode.single(message))
      await stream.close()
    }
  },
  { maxInboundStreams: STREAMS_MAX }
)

process.on('disconnect', () => process.exit())
process.send!(host.getMultiaddrs()[0]!.toString())
