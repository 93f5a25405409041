/** `npm run bench -- <name>`: every published number has its command here. */
import '../src/shim.ts'

const BENCHES: Record<string, () => Promise<{ run(args: string[]): Promise<void> }>> = {
  rpc: () => import('./rpc.ts'),
  replicated: () => import('./replicated.ts'),
  recovery: () => import('./recovery.ts'),
  import: () => import('./import.ts'),
  watch: () => import('./watch.ts')
}

const [name = '', ...args] = process.argv.slice(2)
const bench = BENCHES[name]
if (bench === undefined) {
  console.error(`Usage: npm run bench -- ${Object.keys(BENCHES).join(' | ')}`)
  process.exitCode = 2
} else {
  await (await bench()).run(args)
}
