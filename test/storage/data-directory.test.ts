import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { BOOT_NONCE_BYTES } from '../../src/constants.ts'
import { systemRandom } from '../../src/runtime.ts'
import { withChecksum } from '../../src/storage/checked-store.ts'
import { type DataDirectory, identityAt, openDataDirectory } from '../../src/storage/data-directory.ts'
import { metaKey } from '../../src/storage/keys.ts'
import { LmdbStore } from '../../src/storage/lmdb-store.ts'
import type { Write } from '../../src/storage/store.ts'
import { scratchDirectory, startChild } from './scratch.ts'

const open = (path: string): Promise<DataDirectory> =>
  openDataDirectory(
    path,
    { random: systemRandom },
    {
      onFailure(error) {
        throw error
      }
    }
  )
const refusal = (message: RegExp) => ({ name: 'DataDirectoryError', message })
const modeOf = (path: string): number => statSync(path).mode & 0o777

test('a new directory is made for its owner only, with the parents that are missing', async t => {
  const directory = join(scratchDirectory(t), 'data', '50051')
  const data = await open(directory)
  await data.close()
  assert.equal(modeOf(directory), 0o700)
  assert.deepEqual(readdirSync(directory).sort(), ['anillo.lock', 'anillo.mdb', 'anillo.mdb-lock'])
  for (const file of readdirSync(directory)) assert.equal(modeOf(join(directory, file)), 0o600, file)
})

test('a peer that is started again with its directory is the same peer, one boot later', async t => {
  const directory = join(scratchDirectory(t), 'data')
  const first = await open(directory)
  await first.store.write([{ key: Uint8Array.of(0x73, 1), value: Uint8Array.of(7) }])
  await first.close()
  const second = await open(directory)
  assert.deepEqual(second.identity, { ...first.identity, boot: 2, nonces: second.identity.nonces })
  assert.deepEqual(second.identity.nonces.subarray(BOOT_NONCE_BYTES), first.identity.nonces)
  assert.equal(first.identity.boot, 1)
  assert.deepEqual(second.store.get(Uint8Array.of(0x73, 1)), Uint8Array.of(7))
  await second.close()
})

test('two directories are two peers', async t => {
  const scratch = scratchDirectory(t)
  const [one, two] = await Promise.all([open(join(scratch, '1')), open(join(scratch, '2'))])
  assert.notDeepEqual(one.identity.privateKey, two.identity.privateKey)
  assert.notDeepEqual(one.identity.storeId, two.identity.storeId)
  await Promise.all([one.close(), two.close()])
})

test('a directory is used by one peer at a time, within a process too', async t => {
  const directory = scratchDirectory(t)
  const data = await open(directory)
  await assert.rejects(
    open(directory),
    refusal(new RegExp(`in use by the process ${process.pid}: stop that peer`))
  )
  await data.close()
  await (await open(directory)).close()
})

test('another process is kept out, and let in when the holder was killed with SIGKILL', async t => {
  const directory = scratchDirectory(t)
  const child = startChild(t, 'directory-holder.js', [directory])
  const { value: said } = await child.lines[Symbol.asyncIterator]().next()
  assert.equal(said, `${child.process.pid} 1`)
  await assert.rejects(open(directory), refusal(new RegExp(`in use by the process ${child.process.pid}: `)))
  await child.kill()
  const data = await open(directory)
  assert.equal(data.identity.boot, 2)
  await data.close()
})

test('a pid left in the lock file by a dead process, even if another has it now, keeps nobody out', async t => {
  const directory = scratchDirectory(t)
  writeFileSync(join(directory, 'anillo.lock'), `${process.ppid}\n`)
  const data = await open(directory)
  assert.equal(readFileSync(join(directory, 'anillo.lock'), 'utf8'), `${process.pid}\n`)
  await data.close()
})

test('what is not a directory that a peer can use is refused, says what to do, and stays as it was', async t => {
  const scratch = scratchDirectory(t)
  const foreign = join(scratch, 'foreign')
  mkdirSync(foreign)
  writeFileSync(join(foreign, 'thesis.txt'), 'words')
  writeFileSync(join(scratch, 'file'), 'words')
  await assert.rejects(
    open(foreign),
    refusal(/holds thesis.txt and no anillo.mdb.*: give an empty directory/)
  )
  assert.deepEqual(readdirSync(foreign), ['thesis.txt'])
  await assert.rejects(open(join(scratch, 'file')), refusal(/is no directory.*: give another directory/))
  await assert.rejects(
    open(join(scratch, 'file', 'data')),
    refusal(/cannot be made.*: give another directory/)
  )
})

test('a directory that may not be written is refused', { skip: process.getuid?.() === 0 }, async t => {
  const directory = scratchDirectory(t)
  chmodSync(directory, 0o500)
  await assert.rejects(open(directory), refusal(/EACCES.*: give another directory/))
})

test('a damaged store is refused, and the directory can be used once it is restored', async t => {
  const directory = scratchDirectory(t)
  const first = await open(directory)
  await first.close()
  const file = join(directory, 'anillo.mdb')
  const sound = readFileSync(file)
  writeFileSync(file, 'damage')
  await assert.rejects(open(directory), refusal(/anillo.mdb is damaged.*: start with an empty directory/))
  writeFileSync(file, sound)
  const again = await open(directory)
  assert.deepEqual(again.identity, { ...first.identity, boot: 2, nonces: again.identity.nonces })
  await again.close()
})

test('a copy of a store that others may read is closed to them', async t => {
  const directory = scratchDirectory(t)
  await (await open(directory)).close()
  chmodSync(join(directory, 'anillo.mdb'), 0o644)
  await (await open(directory)).close()
  assert.equal(modeOf(join(directory, 'anillo.mdb')), 0o600)
})

/** Writes below the checksums, as no peer does. */
async function writeRaw(directory: string, writes: readonly Write[]): Promise<void> {
  const store = new LmdbStore(join(directory, 'anillo.mdb'), { onFailure: () => {} })
  await store.write(writes)
  await store.close()
}

test('a directory of another format is refused before anything in it is read, and says what to do', async t => {
  const directory = scratchDirectory(t)
  await writeRaw(directory, [{ key: metaKey('boot'), value: new Uint8Array(8) }])
  const older = refusal(/format 1, of an older version.*: run that version, or start with an empty directory/)
  await assert.rejects(open(directory), older)
  await assert.rejects(identityAt(directory), older)
  const newer = withChecksum({ key: metaKey('format'), value: Uint8Array.of(9) })
  await writeRaw(directory, [newer])
  await assert.rejects(open(directory), refusal(/format 9, of a newer version/))
  await assert.rejects(open(directory), refusal(/format 9/), 'and is given free each time')
})

test('damage that is met while a directory is opened is named, and the directory given free', async t => {
  for (const name of ['privateKey', 'boot', 'format']) {
    const directory = scratchDirectory(t)
    await (await open(directory)).close()
    await writeRaw(directory, [{ key: metaKey(name), value: new Uint8Array(12) }])
    const told: Error[] = []
    const opening = openDataDirectory(
      directory,
      { random: systemRandom },
      { onFailure: error => told.push(error) }
    )
    const damage = { name: 'StoreDamagedError', message: new RegExp(`anillo.mdb: the ${name} of this peer`) }
    await assert.rejects(opening, damage)
    assert.equal(told.length, 1)
    await assert.rejects(identityAt(directory), damage)
  }
})
