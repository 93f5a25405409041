/**
 * A copy of the compiled program in which some text is replaced: how the simulation takes a rule out of the protocol to
 * see whether it is missed, and how it makes limits small that no short run would ever reach. So production code has no
 * switch for either.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** `find` occurs exactly once in `file`, which is a path inside the compiled `src`. */
export interface Patch {
  readonly file: string
  /** A pattern is global. */
  readonly find: string | RegExp
  readonly replace: string
}

const BUILD = fileURLToPath(new URL('../../', import.meta.url))
const ROOT = join(BUILD, '..')

export class PatchedBuild implements Disposable {
  readonly #folder: string

  /** @throws Error a patch does not fit any more */
  constructor(patches: readonly Patch[]) {
    const fault = patchFault(patches)
    if (fault !== undefined) throw new Error(fault)
    this.#folder = mkdtempSync(join(tmpdir(), 'simulation-'))
    for (const part of ['src', 'protocols', 'test/simulation', 'test/replica']) {
      cpSync(join(BUILD, part), join(this.#folder, 'dist', part), { recursive: true })
    }
    cpSync(join(ROOT, 'package.json'), join(this.#folder, 'package.json'))
    symlinkSync(join(ROOT, 'node_modules'), join(this.#folder, 'node_modules'), 'dir')
    for (const { file, find, replace } of patches) {
      const path = join(this.#folder, 'dist/src', file)
      writeFileSync(
        path,
        readFileSync(path, 'utf8').replace(find, () => replace)
      )
    }
  }

  /** Where a compiled file is there; `path` is one inside the build. */
  pathOf(path: string): string {
    return join(this.#folder, 'dist', path)
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** Why the patches cannot be made, if so. */
export function patchFault(patches: readonly Patch[]): string | undefined {
  for (const { file, find } of patches) {
    const text = readFileSync(join(BUILD, 'src', file), 'utf8')
    const found = typeof find === 'string' ? text.split(find).length - 1 : [...text.matchAll(find)].length
    if (found !== 1) return `${file} has the text to replace ${found} times, not once: ${find}`
  }
  return undefined
}
