/**
 * TypeScript examples, as somebody who installed the package would run them: they import `anillo` by its name, so through the exports
 * of package.json, are checked by the compiler, and print what the comments after their `console.log` say.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Block } from './markdown.ts'

/** Inside the package, so that its own name leads to it. */
const WITHIN = fileURLToPath(new URL('.', import.meta.url))
const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const RUN_TIMEOUT_MS = 60_000

export class Examples implements AsyncDisposable {
  readonly #directory: string

  private constructor(directory: string) {
    this.#directory = directory
  }

  /** Compiles all of them. @throws what the compiler says */
  static async compile(blocks: readonly Block[]): Promise<Examples> {
    const directory = await mkdtemp(join(WITHIN, 'examples-'))
    for (const block of blocks)
      await writeFile(join(directory, `${nameOf(block)}.ts`), block.lines.join('\n'))
    const tsconfig = {
      extends: join(ROOT, 'tsconfig.json'),
      compilerOptions: { rootDir: '.', outDir: '.' },
      include: ['*.ts'],
      exclude: []
    }
    await writeFile(join(directory, 'tsconfig.json'), JSON.stringify(tsconfig))
    const { code, out } = await run(join(ROOT, 'node_modules/.bin/tsc'), ['-p', directory], directory)
    if (code === 0) return new Examples(directory)
    await rm(directory, { recursive: true })
    return assert.fail(out)
  }

  /** Runs one, in an empty directory of its own. */
  async run(block: Block): Promise<void> {
    const place = join(this.#directory, `at-${nameOf(block)}`)
    await mkdir(place)
    const { code, out } = await run(process.execPath, [join(this.#directory, `${nameOf(block)}.js`)], place)
    const promised = [...block.lines.join('\n').matchAll(/console\.log\(.*\) \/\/ (.+)$/gm)].map(
      match => match[1]
    )
    assert.deepEqual({ code, printed: out.trimEnd().split('\n') }, { code: 0, printed: promised })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#directory, { recursive: true })
  }
}

function nameOf({ line }: Block): string {
  return `example-${line}`
}

async function run(
  command: string,
  args: string[],
  cwd: string
): Promise<{ code: number | null; out: string }> {
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], timeout: RUN_TIMEOUT_MS })
  let out = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', text => (out += text))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, out }
}
