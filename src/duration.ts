/** Durations as people write them: `30s`, `500ms`, `5m`, `1h`. */

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }

/** Milliseconds, more than 0; undefined for what is no duration. */
export function parseDuration(text: string): number | undefined {
  const [, count, unit] = /^([0-9]{1,9})(ms|s|m|h)$/.exec(text) ?? []
  const ms = Number(count) * (UNIT_MS[unit ?? ''] ?? Number.NaN)
  return ms > 0 ? ms : undefined
}

/** What {@link parseDuration} reads as `ms` whole milliseconds. */
export function formatDuration(ms: number): string {
  const unit = ['h', 'm', 's'].find(each => ms % UNIT_MS[each]! === 0) ?? 'ms'
  return `${ms / UNIT_MS[unit]!}${unit}`
}
