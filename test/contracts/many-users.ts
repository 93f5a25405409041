/** What goes over many users does the same wherever it is asked: embedded, and over HTTP through any gateway. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ImportItem, ImportResult } from '../../src/users/many-users.ts'
import type { Users } from '../../src/users/users.ts'

const USERS = 150

/** `prefix` keeps the users of one suite apart from those of others. */
export function describeManyUsers(title: string, prefix: string, users: () => Users, elsewhere: () => Users) {
  const id = (number: number) => `${prefix}-${String(number).padStart(3, '0')}`
  const all = Array.from({ length: USERS }, (_, number) => id(number))
  const item = (number: number): ImportItem => ({
    id: id(number),
    status: number % 3 === 0 ? 'ONLINE' : 'AWAY',
    profile: { number, text: 'é\n"' }
  })
  const imported = async (items: Iterable<ImportItem>, mode?: 'upsert' | 'create' | 'skip') => {
    const results: ImportResult[] = []
    for await (const result of users().import(items, { mode })) results.push(result)
    return results
  }
  const listed = async (from: Users, options = {}) => {
    const found: string[] = []
    for await (const user of from.list({ prefix, ...options })) found.push(user.id)
    return found
  }

  describe(title, () => {
    it('imports users, and says of each line in order what came of it', async () => {
      const lines = [...Array.from({ length: USERS }, (_, number) => item(number))]
      const bad = { ...item(0), id: '' }
      const results = await imported([...lines.slice(0, 100), bad, ...lines.slice(100)])
      assert.deepEqual(
        results.map(({ line }) => line),
        Array.from({ length: USERS + 1 }, (_, at) => at + 1)
      )
      const failed = results.filter(({ result }) => result === 'failed')
      assert.equal(failed.length, 1)
      assert.deepEqual([failed[0]!.line, 'error' in failed[0]! && failed[0].error], [101, 'InvalidUserError'])
      assert.ok(results.every(({ result, line }) => line === 101 || result === 'created'))
    })

    it('imports them again without harm: replaced, refused or skipped', async () => {
      const some = [item(1), item(2), { ...item(0), id: `${prefix}-new` }]
      const kinds = (results: readonly ImportResult[]) => results.map(({ result }) => result)
      assert.deepEqual(kinds(await imported(some.slice(0, 2))), ['updated', 'updated'])
      assert.deepEqual(kinds(await imported(some, 'skip')), ['skipped', 'skipped', 'created'])
      assert.deepEqual(kinds(await imported(some, 'create')), ['failed', 'failed', 'failed'])
      await users().delete(`${prefix}-new`)
    })

    it('lists each once, in one order that every peer has', async () => {
      const found = await listed(users())
      assert.deepEqual(found.toSorted(), all)
      assert.deepEqual(await listed(elsewhere()), found)
    })

    it('gives pages that go on at another peer, until there are no more', async () => {
      const found: string[] = []
      let cursor: string | undefined
      let pages = 0
      do {
        const from = pages % 2 === 0 ? users() : elsewhere()
        const page = await from.page({ prefix, limit: 40, cursor })
        assert.ok(page.items.length <= 40 && (page.items.length > 0 || page.next === undefined))
        found.push(...page.items.map(user => user.id))
        cursor = page.next
        pages++
      } while (cursor !== undefined)
      assert.deepEqual(found, await listed(users()))
      await assert.rejects(users().page({ cursor: 'none' }), { name: 'InvalidRequestError' })
      await assert.rejects(users().page({ limit: 1_001 }), { name: 'InvalidRequestError' })
    })

    it('filters by status and by the beginning of the id, and counts the same', async () => {
      const online = all.filter((_, number) => number % 3 === 0)
      assert.deepEqual((await listed(users(), { status: 'ONLINE' })).toSorted(), online)
      assert.equal(await users().count({ prefix, status: 'ONLINE' }), online.length)
      assert.equal(await users().count({ prefix: `${prefix}-00` }), 10)
      assert.equal(await users().count({ prefix: `${prefix}-nobody` }), 0)
      assert.ok((await users().count()) >= USERS)
    })

    it('gets several at once, and says which there are not', async () => {
      const { items, missing } = await users().getMany([id(3), 'nobody', id(1), id(3)])
      assert.deepEqual(
        items.map(user => [user.id, user.profile]),
        [3, 1].map(number => [id(number), { number, text: 'é\n"' }])
      )
      assert.deepEqual(missing, ['nobody'])
      const stale = await users().getMany([id(1), 'nobody'], { consistency: 'stale' })
      assert.deepEqual(stale.missing, ['nobody'])
    })

    it('gets, lists and pages large users all the same, in as many answers as it takes', async () => {
      const large = Array.from({ length: 40 }, (_, number) => `${prefix}large-${number}`)
      const text = 'é'.repeat(31 * 1024)
      const input = (each: string): ImportItem => ({ id: each, status: 'BUSY', profile: { text } })
      assert.ok((await imported(large.map(input))).every(({ result }) => result === 'created'))
      const { items, missing } = await users().getMany([...large, 'nobody'])
      assert.deepEqual([items.map(user => user.id), missing], [large, ['nobody']])
      assert.ok(items.every(user => user.profile.text === text))

      const paged: string[] = []
      let cursor: string | undefined
      let pages = 0
      do {
        const page = await users().page({ prefix: `${prefix}large-`, limit: 1_000, cursor })
        const bytes = Buffer.byteLength(JSON.stringify(page.items))
        assert.ok(bytes <= 1.1 * 1024 * 1024, `a page of ${bytes} bytes`)
        assert.ok(page.items.length > 0 || page.next === undefined)
        paged.push(...page.items.map(user => user.id))
        cursor = page.next
        pages++
      } while (cursor !== undefined)
      assert.ok(pages > 1)
      assert.deepEqual(paged.toSorted(), large.toSorted())
      assert.deepEqual((await listed(users(), { prefix: `${prefix}large-` })).toSorted(), large.toSorted())
      await Promise.all(large.map(each => users().delete(each)))
    })

    it('renews the leases of several at once, and says of each in order what came of it', async () => {
      const leased = [`${prefix}-leased-0`, `${prefix}-leased-1`]
      for (const each of leased) await elsewhere().set(each, { status: 'BUSY', ttlMs: 3_600_000 })
      const asked = [leased[0]!, 'nobody', id(1), '', leased[1]!, leased[0]!]
      const results = await users().heartbeatMany(asked, 7_200_000)
      assert.deepEqual(
        results.map(each => [each.id, 'error' in each ? each.error : each.result]),
        [
          [leased[0], 'renewed'],
          ['nobody', 'missing'],
          [id(1), 'no-lease'],
          ['', 'InvalidUserError'],
          [leased[1], 'renewed']
        ]
      )
      for (const each of leased) {
        const { status, version, expiresAt } = (await elsewhere().get(each))!
        assert.deepEqual(
          results.find(result => result.id === each),
          { id: each, status, version, expiresAt, result: 'renewed' }
        )
        await users().delete(each)
      }
      await assert.rejects(users().heartbeatMany(leased, 1), { name: 'InvalidUserError' })
      const tooMany = Array.from({ length: 1_001 }, (_, at) => String(at))
      await assert.rejects(users().heartbeatMany(tooMany, 30_000), { name: 'InvalidRequestError' })
    })

    it('lists what was acknowledged a moment ago, and no more what was deleted', async () => {
      await users().set(`${prefix}-late`, { status: 'BUSY' })
      assert.ok((await listed(elsewhere())).includes(`${prefix}-late`))
      await elsewhere().delete(`${prefix}-late`)
      assert.ok(!(await listed(users())).includes(`${prefix}-late`))
      assert.equal(await users().count({ prefix }), USERS)
    })
  })
}
