/** The exposition format of Prometheus (text, 0.0.4), read strictly: whatever a server might stumble over is an error. */
import assert from 'node:assert/strict'

export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export interface Family {
  readonly name: string
  readonly type: string
  readonly help: string
  readonly samples: Sample[]
}

const NAME = '[a-zA-Z_][a-zA-Z0-9_]*'
const LABEL = `${NAME}="(?:[^"\\\\\\n]|\\\\[\\\\"n])*"`
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(${LABEL}(?:,${LABEL})*)\\})? (\\S+)$`)
const TYPES = ['counter', 'gauge', 'histogram', 'summary']
const SUFFIXES: Record<string, readonly string[]> = {
  counter: [''],
  gauge: [''],
  histogram: ['_bucket', '_sum', '_count'],
  summary: ['', '_sum', '_count']
}

export class Exposition {
  readonly families = new Map<string, Family>()

  constructor(text: string) {
    assert.ok(text.endsWith('\n'), 'the last line has no end')
    const series = new Set<string>()
    let family: Family | undefined
    let help: readonly [name: string, text: string] | undefined
    for (const line of text.split('\n').filter(line => line !== '')) {
      const [, kind, name = '', rest = ''] = new RegExp(`^# (HELP|TYPE) (${NAME}) (.+)$`).exec(line) ?? []
      if (kind === 'HELP') help = [name, rest]
      else if (kind === 'TYPE') {
        assert.equal(help?.[0], name, `${name} has no HELP before its TYPE`)
        assert.ok(TYPES.includes(rest), line)
        assert.ok(!this.families.has(name), `${name} is there twice`)
        family = { name, type: rest, help: help![1], samples: [] }
        this.families.set(name, family)
      } else {
        assert.ok(family, line)
        const sample = parseSample(line)
        assert.ok(
          SUFFIXES[family.type]!.some(suffix => sample.name === family!.name + suffix),
          `${line} is not of ${family.name}`
        )
        assert.ok(!series.has(line.slice(0, line.lastIndexOf(' '))), `${line} is there twice`)
        series.add(line.slice(0, line.lastIndexOf(' ')))
        family.samples.push(sample)
      }
    }
    for (const each of this.families.values()) if (each.type === 'histogram') checkHistogram(each)
  }

  /** The sum of all samples of `name` that have these labels. 0: there is none. */
  value(name: string, labels: Record<string, string> = {}): number {
    const samples = [...this.families.values()].flatMap(family => family.samples)
    const matching = samples.filter(
      sample =>
        sample.name === name &&
        Object.entries(labels).every(([label, value]) => sample.labels[label] === value)
    )
    return matching.reduce((sum, { value }) => sum + value, 0)
  }
}

function parseSample(line: string): Sample {
  const match = SAMPLE.exec(line)
  assert.ok(match, `not a sample: ${line}`)
  const [, name, labels = '', number] = match
  const pairs = [...labels.matchAll(new RegExp(`(${NAME})="((?:[^"\\\\]|\\\\.)*)"`, 'g'))]
  assert.equal(new Set(pairs.map(pair => pair[1])).size, pairs.length, `a label is there twice: ${line}`)
  const value = number === '+Inf' ? Number.POSITIVE_INFINITY : Number(number)
  assert.ok(!Number.isNaN(value), line)
  return { name: name!, labels: Object.fromEntries(pairs.map(([, label, text]) => [label, text])), value }
}

/** Buckets are cumulative, and the last one has all. */
function checkHistogram({ name, samples }: Family): void {
  const seriesOf = ({ labels: { le, ...labels } }: Sample) => JSON.stringify(labels)
  for (const series of new Set(samples.map(seriesOf))) {
    const mine = samples.filter(sample => seriesOf(sample) === series)
    const buckets = mine.filter(sample => sample.name === `${name}_bucket`)
    const counts = buckets.map(({ value }) => value)
    assert.deepEqual(
      counts,
      counts.toSorted((a, b) => a - b),
      name
    )
    assert.equal(buckets.at(-1)?.labels.le, '+Inf', name)
    assert.equal(buckets.at(-1)?.value, mine.find(sample => sample.name === `${name}_count`)?.value, name)
  }
}
