/** What a watcher is told while its gateways are killed, and when leases end while leaders are. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createClient } from '../../../src/client.ts'
import type { WatchEvent } from '../../../src/users/change.ts'
import { Processes, until } from '../processes.ts'

const SLOTS = 32
const KILLS = 20
const USERS = 40
const LEASES = 1_000
const TTL_MS = 5_000
const WRITERS = 8

describe('the feed of five peers', () => {
  let ring: Processes

  before(async () => {
    ring = await Processes.ring(5, ['--slots', String(SLOTS)])
    await ring.ready()
  })
  after(() => ring[Symbol.asyncDispose]())

  it('tells every acknowledged version once, or a reset, while each gateway that is watched is killed', async t => {
    const told = new Map<string, number>()
    let resets = 0
    let repeated = 0
    let cursor: string | undefined
    const take = (event: WatchEvent) => {
      if (event.type === 'reset') resets++
      else {
        const name = `${event.id} ${event.version}`
        if (told.has(name)) repeated++
        told.set(name, (told.get(name) ?? 0) + 1)
      }
      cursor = event.cursor ?? cursor
    }
    const watch = (at: number): (() => Promise<void>) => {
      const stop = new AbortController()
      const client = createClient({ url: ring.peers[at % 5]!.http })
      const watching = async () => {
        const events = client.watch({ since: cursor ?? '0', signal: stop.signal })
        for await (const event of events) take(event)
      }
      const ended = watching().catch(error => {
        if (!stop.signal.aborted) throw error
      })
      return () => {
        stop.abort()
        return ended
      }
    }

    const acknowledged: string[] = []
    let writing = true
    const writers = Array.from({ length: WRITERS }, async (_, number) => {
      const client = createClient({ url: ring.peers.map(({ http }) => http) })
      for (let n = number; writing; n += WRITERS) {
        const id = `watched-${n % USERS}`
        const written = await client.set(id, { status: 'ONLINE', profile: { n } }).catch(() => undefined)
        if (written !== undefined) acknowledged.push(`${id} ${written.version}`)
      }
    })
    for (let kill = 0; kill < KILLS; kill++) {
      const stop = watch(kill)
      const before = told.size
      await until('events through this gateway', async () => told.size > before + 20)
      const peer = ring.peers[kill % 5]!
      await peer.end('SIGKILL')
      await stop()
      await peer.start()
      await until('leaders of all slots', async () => (await peer.ring()).withoutMajority === 0)
    }
    writing = false
    await Promise.all(writers)
    const stop = watch(KILLS)
    const missing = () => acknowledged.filter(name => !told.has(name))
    await until('everything that was acknowledged', async () => missing().length === 0 || resets > 0)
    await stop()
    t.diagnostic(
      `${acknowledged.length} acknowledged, ${told.size} told, ${repeated} told again, ${resets} resets, ${missing().length} not told`
    )
    if (resets === 0) assert.deepEqual(missing(), [])
  })

  it('tells that leases end, none early, while a peer that leads slots is killed', async t => {
    await ring.ready()
    const client = createClient({ url: ring.peers.map(({ http }) => http) })
    const grantedMs = new Map<string, number>()
    const lateMs = new Map<string, number>()
    const stop = new AbortController()
    const watching = (async () => {
      for await (const event of client.watch({ status: 'OFFLINE', signal: stop.signal })) {
        if (event.type !== 'expire' || lateMs.has(event.id)) continue
        const since = grantedMs.get(event.id)
        if (since !== undefined) lateMs.set(event.id, performance.now() - since - TTL_MS)
      }
    })().catch(() => {})
    const ids = Array.from({ length: LEASES }, (_, n) => `leased-${n}`)
    const grant = async (id: string) => {
      const askedMs = performance.now()
      await client.set(id, { status: 'ONLINE', ttlMs: TTL_MS })
      grantedMs.set(id, askedMs)
    }
    const lanes = Array.from({ length: 32 }, async (_, lane) => {
      for (let n = lane; n < LEASES; n += 32) await grant(ids[n]!)
    })
    await Promise.all(lanes)
    const peer = ring.peers[2]!
    await peer.end('SIGKILL')
    await until('all leases to end', async () => lateMs.size === LEASES)
    await peer.start()
    stop.abort()
    await watching
    const late = [...lateMs.values()].sort((a, b) => a - b)
    const at = (share: number) => Math.round(late[Math.floor(share * (late.length - 1))]!)
    t.diagnostic(
      `late by ${at(0)} ms at least, p50 ${at(0.5)}, p90 ${at(0.9)}, p99 ${at(0.99)}, ${at(1)} at most`
    )
    assert.ok(late[0]! >= 0, `${late[0]} ms early`)
  })

  it('creates a user once however many race for it over all gateways', async t => {
    await ring.ready()
    const clients = ring.peers.map(({ http }) => createClient({ url: http }))
    const statuses = new Map<string, number>()
    for (let race = 0; race < 1_000; race++) {
      const made = await Promise.all(
        clients.map(client =>
          client.set(`raced-${race}`, { status: 'ONLINE', profile: { race } }, { ifAbsent: true }).then(
            () => 'created',
            (error: Error) => error.name
          )
        )
      )
      for (const each of made) statuses.set(each, (statuses.get(each) ?? 0) + 1)
      assert.equal(made.filter(each => each === 'created').length, 1, `race ${race}: ${made}`)
    }
    t.diagnostic(JSON.stringify(Object.fromEntries(statuses)))
  })
})
