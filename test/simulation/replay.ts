/** One eventful run of a ring, for comparing its trace with that of another run from the same seed. */
import { pathToFileURL } from 'node:url'
import { SimulatedRing } from './chord-ring.ts'

/** The hash of everything that was sent. */
export async function replay(seed: string): Promise<string> {
  const network = { slow: 0.02, loss: 0.01 }
  const ring = new SimulatedRing({ seed, virtualNodes: 4, network })
  const members = await ring.grow(8, 4)
  await ring.time.pass(3_000)
  ring.crash(members[3]!)
  await ring.time.pass(5_000)
  ring.restart(members[3]!).chord.start()
  await ring.time.finish(members[5]!.chord.leave(), 5_000)
  await ring.time.pass(5_000)
  return ring.network.trace()
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.stdout.write(await replay(process.argv[2] ?? ''))
}
