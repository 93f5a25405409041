/** TCP ports that nobody listens on. Another process may take one before it is used; then starting fails with a clear error. */
import { createServer } from 'node:net'
import { ConfigurationError } from '../errors.ts'

const PORT_MAX = 65_535

/** A port chosen by the system. */
export async function freePort(host: string): Promise<number> {
  const port = await tryListen(0, host)
  if (port === undefined)
    throw new ConfigurationError(`No port can be opened on ${host}: is it this machine's?`)
  return port
}

/** `count` free ports, the lowest that are not below `first`. */
export async function freePortsFrom(first: number, count: number, host: string): Promise<number[]> {
  const ports: number[] = []
  for (let port = first; port <= PORT_MAX && ports.length < count; port++) {
    if ((await tryListen(port, host)) !== undefined) ports.push(port)
  }
  if (ports.length < count) {
    throw new ConfigurationError(`Fewer than ${count} free ports from ${first} on: give a lower one`)
  }
  return ports
}

function tryListen(port: number, host: string): Promise<number | undefined> {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', () => resolve(undefined))
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' ? address?.port : undefined))
    })
  })
}
