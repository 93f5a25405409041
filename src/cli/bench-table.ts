/** A bench as a person reads it: a line for each second and operation, and at the end the summary and the errors. */
import type { OperationReport, RunReport, SecondReport } from './bench-run.ts'
import type { FailureReport } from './bench-tally.ts'
import { type Column, printable, table, thousands } from './render.ts'
import type { Colours } from './terminal.ts'

const right = (title: string): Column => ({ title, align: 'right' })
const LATENCIES = ['P50(MS)', 'P95(MS)', 'P99(MS)', 'PMAX(MS)'].map(right)

/** As `cockroach workload run` has them. */
const SECOND_COLUMNS: readonly Column[] = [
  ...['ELAPSED', 'ERRORS', 'OPS/SEC(INST)', 'OPS/SEC(CUM)'].map(right),
  ...LATENCIES,
  { title: 'OPERATION' }
]
const SUMMARY_COLUMNS: readonly Column[] = [
  ...['ELAPSED', 'ERRORS', 'CONFLICTS', 'OPS(TOTAL)', 'OPS/SEC(CUM)', 'AVG(MS)'].map(right),
  ...LATENCIES,
  { title: 'OPERATION' }
]
const ERROR_COLUMNS: readonly Column[] = [
  right('ERRORS'),
  right('STATUS'),
  { title: 'NAME' },
  { title: 'THE FIRST ONE' }
]

/** The lines of one second, and above them their header when it is wanted: it is wide enough for all that follow. */
export function renderSecond(
  lines: readonly SecondReport[],
  withHeader: boolean,
  { dim }: Colours
): string[] {
  const rows = lines.map(line => [
    seconds(line.elapsedMs),
    thousands(line.errors),
    tenths(line.perSecond),
    tenths(line.perSecondSoFar),
    ...[line.p50Ms, line.p95Ms, line.p99Ms, line.maxMs].map(tenths),
    line.operation
  ])
  const [header = '', ...rest] = table(SECOND_COLUMNS, rows)
  return withHeader ? [dim(header), ...rest] : rest
}

export function renderSummary(
  { elapsedMs, operations, total, errors }: RunReport,
  colours: Colours
): string[] {
  const reports: readonly OperationReport[] = operations.length > 1 ? [...operations, total] : operations
  const rows = reports.map(report => [
    seconds(elapsedMs),
    thousands(report.errors),
    thousands(report.conflicts),
    thousands(report.operations),
    tenths(report.perSecond),
    ...[report.meanMs, report.p50Ms, report.p95Ms, report.p99Ms, report.maxMs].map(tenths),
    report.operation
  ])
  const [header = '', ...rest] = table(SUMMARY_COLUMNS, rows)
  return ['', colours.dim(header), ...rest, ...renderErrors(errors, colours)]
}

function renderErrors(errors: readonly FailureReport[], { dim, red }: Colours): string[] {
  if (errors.length === 0) return []
  const rows = errors.map(({ count, status, name, message }) => [
    thousands(count),
    status === null ? '-' : `${status}`,
    red(name),
    printable(message)
  ])
  const [header = '', ...rest] = table(ERROR_COLUMNS, rows)
  return ['', dim(header), ...rest]
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)}s`
}

function tenths(value: number | null): string {
  if (value === null) return '-'
  return value.toLocaleString('en-US', { minimumFractionDigits: 1, maximumFractionDigits: 1 })
}
