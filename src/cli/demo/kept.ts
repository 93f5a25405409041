/** What the demo's directory tells the next demo: which peers there are, where, and whether users were stored. */
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ConfigurationError } from '../../errors.ts'

const FILE = 'demo.json'

export interface KeptPeer {
  readonly number: number
  /** For other peers. */
  readonly port: number
  /** For good: its number and its data are not used again. */
  readonly left: boolean
}

export interface Kept {
  /** In the order of their numbers. */
  readonly peers: readonly KeptPeer[]
  /** The users of the demo were stored, and are what people made of them since. */
  readonly filled: boolean
}

/** Undefined: no demo was here. @throws ConfigurationError the file is none of the demo's */
export async function readKept(directory: string): Promise<Kept | undefined> {
  const file = join(directory, FILE)
  const text = await readFile(file, 'utf8').catch(error => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return undefined
  const kept = parse(text)
  if (kept !== undefined) return kept
  throw new ConfigurationError(
    `${file} was not written by a demo: give --keep another directory, or remove it`
  )
}

/** As a whole or not at all. */
export async function writeKept(directory: string, kept: Kept): Promise<void> {
  const file = join(directory, FILE)
  await writeFile(`${file}.tmp`, `${JSON.stringify(kept)}\n`)
  await rename(`${file}.tmp`, file)
}

function parse(text: string): Kept | undefined {
  try {
    const { peers, filled } = JSON.parse(text) as Kept
    const isPeer = ({ number, port, left }: KeptPeer) =>
      Number.isInteger(number) && number > 0 && Number.isInteger(port) && typeof left === 'boolean'
    if (!Array.isArray(peers) || !peers.every(isPeer) || typeof filled !== 'boolean') return undefined
    return { peers, filled }
  } catch {
    return undefined
  }
}
