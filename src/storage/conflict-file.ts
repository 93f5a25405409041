/**
 * Files beside the store for what a peer has to give up and somebody may want to look at: `conflicts/NAME.ndjson` in its
 * data directory, never written over.
 */
import { mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'

const FOLDER = 'conflicts'
/** Characters written together. */
const CHUNK_CHARACTERS = 64 * 1024
/** A peer that is killed each time while it deletes what it has saved makes some; nobody reads so many. */
const FILES_MAX = 100

/**
 * Writes `lines` to a file of their own, and resolves to its path when they are durable; undefined, and there is no file,
 * when there are none.
 * @throws Error the disk refused; nothing is left then
 */
export async function saveConflicts(
  directory: string,
  name: string,
  lines: Iterable<string>
): Promise<string | undefined> {
  const folder = join(directory, FOLDER)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const { path, handle } = await create(join(folder, name))
  let kept = false
  try {
    for (const text of chunksOf(lines)) {
      await handle.appendFile(text)
      kept = true
    }
    await handle.sync()
  } catch (error) {
    kept = false
    throw error
  } finally {
    await handle.close()
    if (!kept) await rm(path, { force: true })
  }
  if (!kept) return undefined
  await syncDirectory(folder)
  await syncDirectory(directory)
  return path
}

async function create(stem: string) {
  for (let number = 1; ; number++) {
    const path = number === 1 ? `${stem}.ndjson` : `${stem}-${number}.ndjson`
    try {
      return { path, handle: await open(path, 'wx', 0o600) }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || number === FILES_MAX) throw error
    }
  }
}

function* chunksOf(lines: Iterable<string>): Iterable<string> {
  let text = ''
  for (const line of lines) {
    text += `${line}\n`
    if (text.length < CHUNK_CHARACTERS) continue
    yield text
    text = ''
  }
  if (text !== '') yield text
}

/** A file is not durable before the directory that leads to it is. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
