import '../../src/shim.ts'
import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks'
import { describe, it } from 'node:test'
import { NotFoundError, NotRunningError, OutcomeUnknownError } from '../../src/errors.ts'
import { Events } from '../../src/events.ts'
import { PeerMetrics } from '../../src/metrics/metrics.ts'
import { systemRandom } from '../../src/runtime.ts'
import { openDataDirectory } from '../../src/storage/data-directory.ts'
import { MemoryStore } from '../../src/storage/memory-store.ts'
import { FakeUsers } from '../gateway/fake-users.ts'
import { ManualClock } from '../gateway/harness.ts'
import { scratchDirectory } from '../storage/scratch.ts'
import { Exposition } from './exposition.ts'

function peerMetrics() {
  const clock = new ManualClock()
  const events = new Events()
  const metrics = new PeerMetrics({ version: '1.2.3', events, clock })
  return { clock, events, metrics, read: async () => new Exposition(await metrics.text()) }
}

describe('the metrics of a peer', () => {
  it('count its events until they are stopped, and have nothing then', async () => {
    const { events, metrics, read } = peerMetrics()
    events.emit({ type: 'slot.taken-over', slot: 1, epoch: 2, from: 'b' })
    events.emit({ type: 'slot.changing', slot: 1, reason: 'drift', members: ['a'], leader: 'a' })
    events.emit({ type: 'peer.down', peer: 'b' })
    events.emit({ type: 'wire.refused', peer: 'b', error: 'WrongRingError', detail: 'another ring' })
    events.emit({ type: 'storage.failed', detail: 'disk full' })
    const text = await read()
    assert.equal(text.value('anillo_slot_takeovers_total'), 1)
    assert.equal(text.value('anillo_slot_changes_total', { reason: 'drift' }), 1)
    assert.equal(text.value('anillo_ring_peer_changes_total', { to: 'down' }), 1)
    assert.equal(text.value('anillo_wire_refused_total', { error: 'WrongRingError' }), 1)
    assert.equal(text.value('anillo_storage_failures_total'), 1)
    metrics.stop()
    events.emit({ type: 'slot.taken-over', slot: 1, epoch: 3, from: 'b' })
    assert.equal((await metrics.text()).trim(), '')
  })

  it('tell how large the data is and what the disk still takes, where there is one', async t => {
    const { metrics, read } = peerMetrics()
    assert.doesNotMatch(await metrics.text(), /^anillo_storage_(file|free)_bytes /m)
    const directory = scratchDirectory(t)
    const data = await openDataDirectory(directory, { random: systemRandom }, { onFailure: assert.fail })
    metrics.measuredStore(data.store, data.space)
    const text = await read()
    assert.equal(text.value('anillo_storage_file_bytes'), statSync(join(directory, 'anillo.mdb')).size)
    assert.ok(text.value('anillo_storage_free_bytes')! > 0)
    await data.close()
  })

  it('are told without the room on a disk that hangs, which is asked once', async () => {
    const { clock, metrics } = peerMetrics()
    let asked = 0
    metrics.measuredStore(new MemoryStore(), () => {
      asked++
      return new Promise(() => {})
    })
    for (let scrapes = 0; scrapes < 3; scrapes++) {
      const text = metrics.text()
      while (clock.pending === 0) await new Promise(resolve => setImmediate(resolve))
      clock.advance(1_000)
      assert.doesNotMatch(await text, /^anillo_storage_(file|free)_bytes /m)
    }
    assert.equal(asked, 1)
  })

  it('name what came of an operation: what was done, or the error', async () => {
    const { clock, metrics, read } = peerMetrics()
    const fake = new FakeUsers()
    const users = metrics.measuredUsers(fake)
    await users.set('7', { status: 'ONLINE' })
    await users.set('7', { status: 'AWAY' })
    await users.get('7', { consistency: 'stale' })
    await users.delete('8')
    await assert.rejects(users.patch('8', { status: 'AWAY' }), NotFoundError)
    const controller = new AbortController()
    const gate = Promise.withResolvers<void>()
    fake.gate = gate.promise
    fake.failure = new OutcomeUnknownError('no answer')
    const slow = users.set('7', { status: 'BUSY' })
    clock.advance(1_500)
    gate.resolve()
    await assert.rejects(slow, OutcomeUnknownError)
    fake.failure = new Error('the caller went away')
    controller.abort()
    await assert.rejects(users.get('7', { signal: controller.signal }))
    await assert.rejects(users.get('7'))
    const text = await read()
    const counted = text.families.get('anillo_users_operations_total')!.samples
    assert.deepEqual(
      counted.map(({ labels: { kind, outcome }, value }) => `${kind} ${outcome} ${value}`),
      [
        'set created 1',
        'set updated 1',
        'get-stale found 1',
        'delete absent 1',
        'patch not-found 1',
        'set outcome-unknown 1',
        'get aborted 1',
        'get internal 1'
      ]
    )
    assert.equal(text.value('anillo_users_operation_duration_seconds_sum', { kind: 'set' }), 1.5)
    metrics.stop()
  })

  it('time writes until they are durable, and leave the store what it is', async () => {
    const { metrics, read } = peerMetrics()
    const inner = new MemoryStore()
    const store = metrics.measuredStore(inner)
    const key = Uint8Array.of(1, 2)
    await store.write([
      { key, value: Uint8Array.of(3, 4, 5) },
      { key: Uint8Array.of(9), value: null }
    ])
    assert.deepEqual(store.get(key), Uint8Array.of(3, 4, 5))
    assert.equal([...store.range({ start: Uint8Array.of(), end: Uint8Array.of(9) })].length, 1)
    const text = await read()
    assert.equal(text.value('anillo_storage_written_keys_total'), 2)
    assert.equal(text.value('anillo_storage_written_bytes_total'), 6)
    assert.equal(text.value('anillo_storage_write_duration_seconds_count'), 1)
    await inner.close()
    await assert.rejects(store.write([{ key, value: null }]), NotRunningError)
    assert.equal((await read()).value('anillo_storage_written_keys_total'), 2)
    await store.close()
    metrics.stop()
  })

  it('are read once for all who ask at the same time', async () => {
    const { metrics } = peerMetrics()
    const both = [metrics.text(), metrics.text()] as const
    assert.equal(both[0], both[1])
    assert.ok((await both[0]).includes('anillo_build_info{version="1.2.3"} 1'))
    assert.notEqual(metrics.text(), both[0])
    await metrics.text()
    metrics.stop()
  })

  it('stop every observer of the process that they started', t => {
    const observe = t.mock.method(PerformanceObserver.prototype, 'observe')
    const disconnect = t.mock.method(PerformanceObserver.prototype, 'disconnect')
    const delay = Object.getPrototypeOf(monitorEventLoopDelay()) as { enable(): void; disable(): void }
    const enable = t.mock.method(delay, 'enable')
    const disable = t.mock.method(delay, 'disable')
    const { metrics } = peerMetrics()
    assert.deepEqual([observe.mock.callCount(), enable.mock.callCount()], [1, 1])
    assert.deepEqual([disconnect.mock.callCount(), disable.mock.callCount()], [0, 0])
    metrics.stop()
    assert.deepEqual([disconnect.mock.callCount(), disable.mock.callCount()], [1, 1])
  })
})
