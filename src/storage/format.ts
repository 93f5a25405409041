/**
 * The number of the form in which a data directory keeps its things. It grows with each change that an older program
 * would misread or that a newer one could not read; a directory of another form is refused as a whole, before anything
 * in it is looked at.
 */
import { DataDirectoryError } from '../errors.ts'
import { metaKey } from './keys.ts'
import type { Range, Store, Write } from './store.ts'

/** 2: every value has a checksum. 1, which had none, did not say its number. */
const FORMAT = 2
const FORMAT_KEY = metaKey('format')
const ANYTHING: Range = { start: new Uint8Array(), end: Uint8Array.of(0xff), limit: 1 }
const START_EMPTY =
  'start with an empty directory, as a new peer (the others of the ring make its copies anew)'

/** Written with the identity, so that no directory has one without the other. */
export const formatWrite: Write = { key: FORMAT_KEY, value: Uint8Array.of(FORMAT) }

/**
 * Whether what is in `store` can be read; an empty one can. `below` is the same one without checksums, for what was
 * written before there were any.
 * @throws DataDirectoryError it was made by another version of anillo; StoreDamagedError its number is damaged
 */
export function checkFormat(store: Store, below: Store): void {
  const format = below.get(FORMAT_KEY) === undefined ? undefined : store.get(FORMAT_KEY)![0]!
  const [anything] = below.range(ANYTHING)
  if (anything === undefined || format === FORMAT) return
  throw otherFormat(format ?? 1, (format ?? 1) < FORMAT ? 'an older' : 'a newer')
}

function otherFormat(format: number, version: string): DataDirectoryError {
  return new DataDirectoryError(
    `The data directory has the format ${format}, of ${version} version of anillo, and this version reads ${FORMAT} only: run that version, or ${START_EMPTY}`
  )
}
