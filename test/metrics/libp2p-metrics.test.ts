import '../../src/shim.ts'
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Registry, register } from 'prom-client'
import { Libp2pMetrics } from '../../src/metrics/libp2p-metrics.ts'
import { Exposition } from './exposition.ts'

function metricsOfPeer() {
  const registry = new Registry()
  const libp2p = new Libp2pMetrics(registry)
  const read = async () => {
    await libp2p.refresh()
    return new Exposition(await registry.metrics())
  }
  return { libp2p, read }
}

describe('the metrics of libp2p', () => {
  it('are kept apart for each peer, and away from the registry of the process', async () => {
    const [first, second] = [metricsOfPeer(), metricsOfPeer()]
    first.libp2p.registerCounter('dials_total').increment()
    second.libp2p.registerCounter('dials_total').increment(5)
    assert.equal((await first.read()).value('dials_total'), 1)
    assert.equal((await second.read()).value('dials_total'), 5)
    assert.deepEqual(register.getMetricsAsArray(), [])
  })

  it('are of every kind that a part of libp2p may register', async () => {
    const { libp2p, read } = metricsOfPeer()
    const gauge = libp2p.registerMetric('gauge')
    gauge.update(5)
    gauge.decrement()
    gauge.increment(3)
    const gauges = libp2p.registerMetricGroup('gauges', { label: 'which' })
    gauges.update({ a: 2, b: 7 })
    gauges.increment({ a: true })
    gauges.decrement({ b: 3 })
    libp2p.registerCounterGroup('counters_total').increment({ x: 2, y: true })
    libp2p.registerHistogram('sizes', { buckets: [1, 10] }).observe(4)
    libp2p.registerHistogramGroup('sizes_by', { label: 'of' }).observe({ z: 4 })
    libp2p.registerSummary('waits', { percentiles: [0.5] }).observe(4)
    libp2p.registerSummaryGroup('waits_by').observe({ z: 6 })
    const text = await read()
    assert.equal(text.value('gauge'), 7)
    assert.deepEqual(
      text.families.get('gauges')?.samples.map(({ labels, value }) => [labels.which, value]),
      [
        ['a', 3],
        ['b', 4]
      ]
    )
    assert.equal(text.value('counters_total', { kind: 'x' }), 2)
    assert.equal(text.value('sizes_bucket', { le: '10' }), 1)
    assert.equal(text.value('sizes_by_sum', { of: 'z' }), 4)
    assert.equal(text.value('waits', { quantile: '0.5' }), 4)
    assert.equal(text.value('waits_by_count'), 1)
  })

  it('are worked out when they are read: by everybody who registered a name, and what is gone is gone', async () => {
    const { libp2p, read } = metricsOfPeer()
    const listening: Record<string, number>[] = [{ one: 1 }, { two: 2 }]
    for (const at of [0, 1]) {
      libp2p.registerMetricGroup('connections', { label: 'address', calculate: () => listening[at]! })
    }
    libp2p.registerMetric('peers', { calculate: async () => 9 })
    assert.equal((await read()).value('connections'), 3)
    listening[0] = {}
    const text = await read()
    assert.deepEqual(
      text.families.get('connections')?.samples.map(({ labels }) => labels.address),
      ['two']
    )
    assert.equal(text.value('peers'), 9)
  })

  it('are bounded: keys without end are counted together', async () => {
    const { libp2p, read } = metricsOfPeer()
    const errors = libp2p.registerCounterGroup('errors_total', { label: 'error' })
    for (let n = 0; n < 200; n++) errors.increment({ [`error ${n}`]: true })
    const text = await read()
    assert.equal(text.families.get('errors_total')?.samples.length, 65)
    assert.equal(text.value('errors_total', { error: 'other' }), 136)
    assert.equal(text.value('errors_total'), 200)
  })
})
