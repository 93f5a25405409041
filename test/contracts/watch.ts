/** The feed does the same wherever it is read: embedded, and over HTTP through any gateway. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { WatchEvent, WatchOptions } from '../../src/users/change.ts'
import type { Users } from '../../src/users/users.ts'

const PATIENCE_MS = 20_000

/** `type id status` of an event. */
function told(event: WatchEvent): string {
  if (event.type === 'reset') return 'reset'
  return event.type === 'delete' ? `delete ${event.id}` : `${event.type} ${event.id} ${event.user.status}`
}

/** The same of an event that is told again. */
function nameOf(event: WatchEvent): string {
  return event.type === 'reset' ? `reset ${event.slot}` : `${event.id} ${event.version}`
}

class Reader {
  readonly events: WatchEvent[] = []
  readonly #stop = new AbortController()
  readonly #ended: Promise<void>

  constructor(users: Users, options: WatchOptions) {
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(PATIENCE_MS)])
    this.#ended = this.#read(users.watch({ ...options, signal }))
    this.#ended.catch(() => {})
  }

  /** The last cursor that was told. */
  get cursor(): string {
    return this.events.findLast(({ cursor }) => cursor !== undefined)!.cursor!
  }

  async until(holds: (told: readonly string[]) => boolean): Promise<readonly string[]> {
    const endMs = Date.now() + PATIENCE_MS
    while (!holds(this.events.map(told))) {
      if (Date.now() > endMs) assert.fail(`only ${this.events.map(told).join(', ')}`)
      await new Promise(resolve => setTimeout(resolve, 10))
    }
    return this.events.map(told)
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await assert.rejects(this.#ended)
  }

  async #read(events: AsyncIterable<WatchEvent>): Promise<void> {
    for await (const event of events) this.events.push(event)
  }
}

/** Has begun when it has told of a write of its own. */
async function reading(users: Users, writer: Users, options: WatchOptions, probe: string): Promise<Reader> {
  const reader = new Reader(users, options)
  const endMs = Date.now() + PATIENCE_MS
  for (let tries = 0; reader.events.length === 0; tries++) {
    if (Date.now() > endMs) assert.fail('the feed does not begin')
    await writer.set(probe, { status: 'AWAY', profile: { tries } })
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  await reader.until(all => all.length > 0)
  return reader
}

export function describeWatch(
  title: string,
  prefix: string,
  users: () => Users,
  elsewhere: () => Users
): void {
  const id = (name: string) => `${prefix}-${name}`
  const of = (all: readonly string[], name: string) => all.filter(text => text.includes(` ${id(name)}`))

  describe(title, () => {
    it('tells what happens to users in order, wherever they are written, and no refusals or heartbeats', async () => {
      const reader = await reading(users(), elsewhere(), {}, id('probe'))
      await elsewhere().set(id('a'), { status: 'ONLINE', ttlMs: 60_000 })
      await users().patch(id('a'), { status: 'BUSY' })
      await assert.rejects(users().set(id('a'), { status: 'AWAY' }, { ifAbsent: true }))
      await users().heartbeat(id('a'), 60_000)
      await elsewhere().delete(id('a'))
      const all = await reader.until(seen => seen.includes(`delete ${id('a')}`))
      assert.deepEqual(of(all, 'a'), [`put ${id('a')} ONLINE`, `put ${id('a')} BUSY`, `delete ${id('a')}`])
      await reader.stop()
    })

    it('goes on at another peer where it was left, without a gap', async () => {
      const first = await reading(users(), users(), {}, id('probe'))
      await users().set(id('b'), { status: 'ONLINE' })
      await first.until(all => of(all, 'b').length === 1)
      const { cursor } = first
      // What was told since that cursor is told again, under the same id and version.
      const before = new Set(first.events.map(nameOf))
      await first.stop()
      await users().set(id('b'), { status: 'AWAY' })
      await users().set(id('c'), { status: 'BUSY' })
      const second = new Reader(elsewhere(), { since: cursor })
      const all = await second.until(seen => of(seen, 'c').length > 0 && seen.includes(`put ${id('b')} AWAY`))
      const fresh = second.events.filter(event => !before.has(nameOf(event))).map(told)
      assert.deepEqual([...of(fresh, 'b'), ...of(fresh, 'c')], [`put ${id('b')} AWAY`, `put ${id('c')} BUSY`])
      assert.ok(!all.includes('reset'))
      await second.stop()
    })

    it('begins with all users when it is asked to, and tells of some only', async () => {
      for (const [name, status] of [['d', 'ONLINE'] as const, ['e', 'BUSY'] as const])
        await users().set(id(name), { status })
      const everybody = new Reader(users(), { since: '0' })
      await everybody.until(all => of(all, 'd').length === 1 && of(all, 'e').length === 1)
      await everybody.stop()
      const busy = new Reader(users(), { since: '0', ids: [id('d'), id('e')], status: 'BUSY' })
      await busy.until(all => all.length > 0)
      await elsewhere().set(id('d'), { status: 'BUSY' })
      const all = await busy.until(seen => seen.length > 1)
      assert.deepEqual(all, [`put ${id('e')} BUSY`, `put ${id('d')} BUSY`])
      await busy.stop()
    })

    it('tells that a lease has ended', async () => {
      const reader = await reading(users(), elsewhere(), { ids: [id('f')] }, id('f'))
      await users().set(id('f'), { status: 'ONLINE', ttlMs: 1_000 })
      await reader.until(all => all.includes(`expire ${id('f')} OFFLINE`))
      assert.equal((await elsewhere().get(id('f')))!.status, 'OFFLINE')
      await reader.stop()
    })

    it('refuses a place that is none', async () => {
      const watching = users().watch({ since: 'AAAA', signal: AbortSignal.timeout(PATIENCE_MS) })
      await assert.rejects(watching[Symbol.asyncIterator]().next(), { name: 'InvalidRequestError' })
    })
  })
}
