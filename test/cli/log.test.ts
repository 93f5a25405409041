import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createLog, type LogFormat, type LogLevel } from '../../src/cli/log.ts'
import { NotFoundError } from '../../src/errors.ts'
import type { Log } from '../../src/runtime.ts'
import { fakeTerminal } from './fake-terminal.ts'

function logged(format: LogFormat, level: LogLevel, use: (log: Log) => void): string[] {
  const { err: stream, printed } = fakeTerminal()
  use(createLog({ format, level, stream }))
  return printed.err.split('\n').slice(0, -1)
}

describe('the log', () => {
  it('is a line with time, level, message and fields for people', () => {
    const [line] = logged('pretty', 'info', log =>
      log.warn('Refused a peer', {
        peer: 'QmX',
        tookMs: 12.34,
        items: 3,
        detail: 'two words',
        none: undefined
      })
    )
    assert.match(
      line!,
      /^\d\d:\d\d:\d\d\.\d{3} warn {2}Refused a peer {2}peer=QmX tookMs=12ms items=3 detail="two words"$/
    )
  })

  it('survives any field, and lets none steer the terminal', () => {
    const circular: { self?: unknown } = {}
    circular.self = circular
    const [line] = logged('pretty', 'info', log =>
      log.info('x\u001b[2J', { circular, big: 7n, error: new NotFoundError('gone') })
    )
    assert.ok(!line!.includes('\u001b'))
    assert.match(line!, /big=7n error="NotFoundError: gone"/)
  })

  it('is an object per line for machines, errors included', () => {
    const [line] = logged('json', 'info', log =>
      log.error('Failed', { slot: 7, error: new NotFoundError('gone') })
    )
    const { time, error, ...rest } = JSON.parse(line!)
    assert.equal(typeof time, 'number')
    assert.deepEqual([rest.msg, rest.slot, rest.level], ['Failed', 7, 50])
    assert.deepEqual([error.type, error.message], ['NotFoundError', 'gone'])
  })

  for (const format of ['pretty', 'json'] as const) {
    it(`leaves out what is below its level, as ${format}`, () => {
      const lines = logged(format, 'warn', log => {
        log.debug('a')
        log.info('b')
        log.warn('c')
        log.error('d')
      })
      assert.equal(lines.length, 2)
    })
  }
})
