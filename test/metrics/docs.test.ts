/** docs/metrics.md lists every metric of a peer. `ANILLO_UPDATE_DOCS=1` writes the present ones into its tables. */
import '../../src/shim.ts'
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { type MetricObject, Registry } from 'prom-client'
import { Events } from '../../src/events.ts'
import { PeerMetrics } from '../../src/metrics/metrics.ts'
import { createHost } from '../../src/network/host.ts'
import { systemClock } from '../../src/runtime.ts'
import { JobBoard } from '../../src/users/job-board.ts'
import { countSlots } from '../../src/users/slot-counts.ts'
import { ringReport } from '../cli/reports.ts'
import { FakeRing } from '../gateway/fake-users.ts'
import { Exposition } from './exposition.ts'

const DOCS = new URL('../../../docs/metrics.md', import.meta.url)
const UPDATE = process.env.ANILLO_UPDATE_DOCS === '1'

/** The tables of the page, each under its heading: what its metrics begin with. */
const TABLES: readonly [heading: string, prefix: RegExp][] = [
  ['## Ring', /^anillo_(build|peer|ready|health|ring)/],
  ['## Slots', /^anillo_(slot(?!.*s_regressed)|snapshot|task)/],
  ['## Users', /^anillo_users/],
  ['## HTTP', /^anillo_http/],
  ['## Disk and wire', /^anillo_(storage|wire|slot_members_regressed)/],
  ['## Process', /^(process|nodejs)/],
  ['## libp2p', /^libp2p/]
]

interface Metric {
  readonly name: string
  readonly type: string
  readonly labels: readonly string[]
  readonly help: string
}

/** What a peer on a started host registers. */
async function everyMetric(): Promise<Metric[]> {
  const registry = new Registry()
  const metrics = new PeerMetrics({ version: '', events: new Events(), clock: systemClock, registry })
  const host = await createHost({
    privateKey: await generateKeyPair('Ed25519'),
    listen: ['/ip4/127.0.0.1/tcp/0'],
    metrics: metrics.libp2p,
    services: {}
  })
  try {
    metrics.watch({
      peer: 'a',
      ringId: ringReport().id,
      ring: new FakeRing(),
      jobs: new JobBoard(systemClock),
      peers: () => new Map(),
      rounds: () => 0,
      slots: () => countSlots([], 1),
      onLookup: () => {}
    })
    const registered = registry.getMetricsAsArray() as (MetricObject & { labelNames: string[] })[]
    const { families } = new Exposition(await metrics.text())
    return registered.map(({ name, help, labelNames }) => {
      return {
        name,
        help,
        labels: labelNames.filter(label => label !== 'le'),
        type: families.get(name)!.type
      }
    })
  } finally {
    await host.stop()
    metrics.stop()
  }
}

function rowOf({ name, type, labels, help }: Metric): string {
  const named = labels.map(label => `\`${label}\``).join(' ')
  return `| \`${name}\` | ${type} | ${named} | ${help} |`
}

/** The rows after the heading, to the next one. */
const rowsAfter = (heading: string) =>
  new RegExp(`(^${heading}\\n(?:(?!^##|^\\|).*\\n)*\\| metric .*\\n\\|[-|]+\\n)((?:\\|.*\\n)*)`, 'm')

describe('docs/metrics.md', async () => {
  const all = await everyMetric()
  for (const [heading, prefix] of TABLES) {
    it(`lists what is under "${heading}", with type, labels and help`, () => {
      const expected = all
        .filter(({ name }) => prefix.test(name))
        .map(metric => `${rowOf(metric)}\n`)
        .join('')
      const docs = readFileSync(DOCS, 'utf8')
      const found = rowsAfter(heading).exec(docs)
      assert.ok(found, `docs/metrics.md has no table under "${heading}"`)
      if (UPDATE)
        writeFileSync(
          DOCS,
          docs.replace(rowsAfter(heading), (_, before) => before + expected)
        )
      else assert.equal(found[2], expected)
    })
  }

  it('lists every metric once, and alerts on none that there is not', () => {
    const docs = readFileSync(DOCS, 'utf8')
    const listed = [...docs.matchAll(/^\| `([a-z0-9_]+)` \|/gm)].map(row => row[1]!)
    assert.deepEqual(listed.toSorted(), all.map(({ name }) => name).sort())
    const rules = [...docs.matchAll(/```yaml\n([\s\S]*?)```/g)].map(block => block[1]).join('')
    const used = [...rules.matchAll(/\b(?:anillo|nodejs|process|libp2p)_[a-z0-9_]+/g)].map(([name]) => name)
    assert.ok(used.length > 0)
    for (const name of used) {
      assert.ok(listed.includes(name.replace(/_(bucket|sum|count)$/, '')), name)
    }
  })
})
