/** What GET /metrics of real peers says, in a ring of two in this process. */
import '../../src/shim.ts'
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { AnilloPeer } from '../../src/peer.ts'
import { createRing } from '../../src/testing.ts'
import { VERSION } from '../../src/version.ts'
import { until } from '../cli/until.ts'
import { Exposition } from './exposition.ts'

const OPTIONS = { slots: 8, virtualNodes: 4, replicas: 2, leaderSpreadMs: 250, http: { port: 0 } }

async function scrape({ httpUrl }: AnilloPeer): Promise<Exposition> {
  const response = await fetch(`${httpUrl}/metrics`)
  assert.equal(response.status, 200)
  return new Exposition(await response.text())
}

function put({ httpUrl }: AnilloPeer, id: string): Promise<Response> {
  const headers = { 'Content-Type': 'application/json' }
  return fetch(`${httpUrl}/v1/users/${id}`, { method: 'PUT', headers, body: '{"status":"ONLINE"}' })
}

describe('the metrics of a peer', () => {
  it('are named as Prometheus wants it, each with its help', async t => {
    const warned = t.mock.method(process, 'emitWarning')
    await using ring = await createRing(1, OPTIONS)
    await put(ring.peers[0], '7')
    const { families } = await scrape(ring.peers[0])
    for (const { name, type, help } of families.values()) {
      assert.match(help, /^[A-Z0-9].*[^.\s]$/, name)
      assert.match(name, /^(anillo|libp2p|nodejs|process)_[a-z0-9_]+$/)
      if (!name.startsWith('anillo_')) continue
      assert.equal(name.endsWith('_total'), type === 'counter', name)
      assert.doesNotMatch(name, /_(ms|milliseconds|kib|kb)(_|$)/)
      if (type === 'histogram') assert.match(name, /_(seconds|hops)$/)
    }
    for (const prefix of ['process_', 'nodejs_eventloop_lag_', 'libp2p_noise_', 'anillo_storage_']) {
      assert.ok(
        [...families.keys()].some(name => name.startsWith(prefix)),
        prefix
      )
    }
    assert.equal(warned.mock.callCount(), 0) // whoever starts a peer reads its stderr
  })

  it('count what is done over HTTP, by route and not by path', async () => {
    await using ring = await createRing(1, OPTIONS)
    const [peer] = ring.peers
    const before = await scrape(peer)
    for (const id of ['1', '2', '3', '3']) assert.ok((await put(peer, id)).ok)
    assert.equal((await fetch(`${peer.httpUrl}/v1/users/4`)).status, 404)
    assert.equal((await fetch(`${peer.httpUrl}/nowhere/5`)).status, 404)
    const after = await scrape(peer)
    const grown = (name: string, labels: Record<string, string> = {}) =>
      after.value(name, labels) - before.value(name, labels)
    const puts = { method: 'PUT', route: '/v1/users/:id' }
    assert.equal(grown('anillo_http_requests_total', { ...puts, status: '2xx' }), 4)
    assert.equal(grown('anillo_http_request_duration_seconds_count', puts), 4)
    assert.equal(grown('anillo_http_requests_total', { route: 'unmatched', status: '4xx' }), 1)
    assert.equal(grown('anillo_users_operations_total', { kind: 'set', outcome: 'created' }), 3)
    assert.equal(grown('anillo_users_operations_total', { kind: 'set', outcome: 'updated' }), 1)
    assert.equal(grown('anillo_users_operations_total', { kind: 'get', outcome: 'absent' }), 1)
    assert.equal(grown('anillo_users_operation_duration_seconds_count', { kind: 'set' }), 4)
    assert.equal(grown('anillo_users_changes_total', { change: 'put' }), 4)
    assert.equal(grown('anillo_users_led'), 3)
    assert.ok(grown('anillo_storage_write_duration_seconds_count') > 0)
    assert.ok(grown('anillo_storage_written_bytes_total') > 0)
    assert.equal(after.value('anillo_http_requests_in_flight'), 1) // the scrape itself
    const routes = after.families.get('anillo_http_requests_total')!.samples.map(({ labels }) => labels.route)
    assert.deepEqual([...new Set(routes)].sort(), ['/metrics', '/v1/users/:id', 'unmatched'])
  })

  it('are of that peer alone, also where another one runs in the same process', async () => {
    await using ring = await createRing(2, OPTIONS)
    const [first, second] = ring.peers as [AnilloPeer, AnilloPeer]
    await until(async () => (await scrape(second)).value('anillo_slots_led') > 0)
    await until(async () => (await scrape(first)).value('anillo_slots_changing') === 0)
    for (let id = 0; id < 20; id++) await put(first, String(id))
    const [ours, theirs] = [await scrape(first), await scrape(second)]
    assert.equal(ours.value('anillo_users_operations_total'), 20)
    assert.equal(theirs.value('anillo_users_operations_total'), 0)
    assert.equal(ours.value('anillo_users_led') + theirs.value('anillo_users_led'), 20)
    assert.equal(theirs.value('anillo_peer_info', { peer: second.peer, ring: second.ringId }), 1)
    assert.equal(ours.value('anillo_peer_info', { peer: second.peer }), 0)
    for (const each of [ours, theirs]) {
      assert.equal(each.value('anillo_build_info', { version: VERSION }), 1)
      assert.equal(each.value('anillo_ready'), 1)
      assert.equal(each.value('anillo_ring_size'), 2)
      assert.equal(each.value('anillo_ring_peers', { status: 'up' }), 1)
      assert.equal(each.value('anillo_slots'), 8)
      assert.equal(each.value('anillo_slots_held'), 8)
      assert.equal(each.value('anillo_slots_leaderless'), 0)
      assert.ok(each.value('anillo_ring_stabilisation_rounds_total') > 0)
      assert.ok(each.value('libp2p_connection_manager_connections') >= 1)
      const replica = { protocol: '/anillo/replica/1.0.0', direction: 'sent' }
      assert.ok(each.value('libp2p_data_transfer_bytes_total', replica) > 0)
      assert.ok(each.value('libp2p_connection_bytes_total', { direction: 'received' }) > 0)
    }
    assert.ok(ours.value('anillo_slot_changes_total', { reason: 'under-replicated' }) >= 8)
    assert.ok(ours.value('anillo_ring_lookups_total', { outcome: 'found' }) > 0)
    assert.ok(ours.value('anillo_tasks_total', { kind: 'placement', outcome: 'done' }) > 0)
  })
})
