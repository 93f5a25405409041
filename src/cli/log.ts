/** The Log port on a stream: JSON lines by pino for machines, one aligned line each for people. */
import { inspect } from 'node:util'
import { type Logger, pino, stdSerializers } from 'pino'
import type { Log, LogFields } from '../runtime.ts'
import { duration, printable } from './render.ts'
import type { Stream } from './terminal.ts'

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]
export const LOG_FORMATS = ['pretty', 'json'] as const
export type LogFormat = (typeof LOG_FORMATS)[number]

export interface LogOptions {
  readonly level: LogLevel
  readonly format: LogFormat
  readonly stream: Stream
}

export function createLog({ level, format, stream }: LogOptions): Log {
  if (format === 'json') return jsonLog(pino({ level, serializers: { error: stdSerializers.err } }, stream))
  const least = LOG_LEVELS.indexOf(level)
  const at = (each: LogLevel) => (message: string, fields?: LogFields) => {
    if (LOG_LEVELS.indexOf(each) >= least) stream.write(prettyLine(stream, each, message, fields))
  }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

function jsonLog(logger: Logger): Log {
  const at = (level: LogLevel) => (message: string, fields?: LogFields) =>
    logger[level](fields ?? {}, message)
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

function prettyLine({ colours }: Stream, level: LogLevel, message: string, fields: LogFields = {}): string {
  const paint = { debug: colours.dim, info: colours.cyan, warn: colours.yellow, error: colours.red }[level]
  const time = colours.dim(timeOfDay(new Date()))
  const rest = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${fieldText(name, value)}`)
    .join(' ')
  const text = `${time} ${paint(level.padEnd(5))} ${printable(message)}`
  return rest === '' ? `${text}\n` : `${text}  ${colours.dim(printable(rest))}\n`
}

/** HH:MM:SS.mmm of the person's own clock. */
function timeOfDay(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0')
  const seconds = `${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, '0')}`
  return `${two(date.getHours())}:${two(date.getMinutes())}:${seconds}`
}

function fieldText(name: string, value: unknown): string {
  if (value instanceof Error) return JSON.stringify(`${value.name}: ${value.message}`)
  if (typeof value === 'number' && /(^m|M)s$/.test(name)) return duration(value).replace(' ', '')
  if (typeof value === 'string') return /[\s"=]/.test(value) ? JSON.stringify(value) : value
  return inspect(value, { breakLength: Number.POSITIVE_INFINITY, depth: 3 })
}
