/** A terminal that remembers what was printed and sends signals when the test says so. */
import { PassThrough } from 'node:stream'
import picocolors from 'picocolors'
import type { StopSignal, Terminal } from '../../src/cli/terminal.ts'

export interface FakeTerminal extends Terminal {
  readonly printed: { out: string; err: string }
  /** What is written here has been typed. */
  readonly input: PassThrough
  send(signal: StopSignal): void
  hangUp(): void
  orphan(): void
  /** Nobody reads stdout any more. */
  stopReading(): void
}

export function fakeTerminal(env: Record<string, string> = {}): FakeTerminal {
  const printed = { out: '', err: '' }
  const onSignal = new Set<(signal: StopSignal) => void>()
  const onHangup = new Set<() => void>()
  const onOrphaned = new Set<() => void>()
  const unread = new AbortController()
  const stream = (name: 'out' | 'err') => ({
    write: (text: string) => {
      printed[name] += text
    },
    drained: async () => {},
    columns: 100,
    colours: picocolors.createColors(false),
    interactive: false
  })
  const subscribe = <T>(listeners: Set<T>, listener: T) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
  return {
    printed,
    out: stream('out'),
    err: stream('err'),
    input: new PassThrough(),
    env,
    program: 'anillo',
    onSignal: listener => subscribe(onSignal, listener),
    onHangup: listener => subscribe(onHangup, listener),
    outliveReader: () => unread.signal,
    onOrphaned: listener => subscribe(onOrphaned, listener),
    send: signal => {
      for (const listener of onSignal) listener(signal)
    },
    hangUp: () => {
      for (const listener of onHangup) listener()
    },
    orphan: () => {
      for (const listener of onOrphaned) listener()
    },
    stopReading: () => unread.abort(new Error('write EPIPE'))
  }
}
