import '../../../src/shim.ts'
import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { describe, it } from 'node:test'
import { Screen } from '../../../src/cli/demo/screen.ts'
import { line, type Terminal } from '../../../src/cli/terminal.ts'
import { fakeTerminal } from '../fake-terminal.ts'
import { until } from '../until.ts'
import { paintedRows } from './painted-rows.ts'

/** A terminal with a person, and the screen on it; `typed` has what was entered. */
function withPerson({ columns = 60, interactive = true } = {}) {
  const fake = fakeTerminal()
  const written = { all: '' }
  const stream = {
    ...fake.err,
    interactive,
    columns,
    write: (text: string) => {
      written.all += text.replaceAll('\r\n', '\n').replaceAll('\n', '\r\n') // as a terminal driver does
    }
  }
  const input = Object.assign(new PassThrough(), { isTTY: interactive })
  const terminal: Terminal = { ...fake, input, out: stream, err: stream }
  const screen = new Screen(terminal)
  const heard: string[] = []
  screen.read({
    onLine: async text => void heard.push(text),
    onInterrupt: () => heard.push('Ctrl-C'),
    onLeave: () => heard.push('Ctrl-D')
  })
  const rows = () => paintedRows(written.all)
  const sees = async (...expected: string[]) => {
    await until(() => JSON.stringify(rows()) === JSON.stringify(expected)).catch(() => {
      assert.deepEqual(rows(), expected)
    })
  }
  return { screen, input, heard, sees, written }
}

describe('the screen of a demo', () => {
  it('keeps the meters and what is being typed below everything that is said', async () => {
    const { screen, input, sees } = withPerson()
    screen.show('lost: 0', 0)
    input.write('kil')
    await sees('lost: 0', 'demo> kil')
    line(screen.out, 'peer 5 is dead')
    screen.show('lost: 0, and more', 1)
    await sees('peer 5 is dead', 'lost: 0, and more', 'demo> kil')
    screen.show('short', 2)
    input.write('l 3')
    await sees('peer 5 is dead', 'short', 'demo> kill 3')
    screen[Symbol.dispose]()
  })

  it('leaves what was entered above, without the meters of that moment', async () => {
    const { screen, input, heard, sees } = withPerson()
    screen.show('lost: 0', 0)
    input.write('kill 3\r')
    await sees('demo> kill 3', 'lost: 0', 'demo>')
    line(screen.out, '  peer 3 is dead')
    input.write('heal\r')
    await sees('demo> kill 3', '  peer 3 is dead', 'demo> heal', 'lost: 0', 'demo>')
    assert.deepEqual(heard, ['kill 3', 'heal'])
    screen[Symbol.dispose]()
  })

  it('cuts meters short that would not fit in one row', async () => {
    const { screen, sees } = withPerson({ columns: 20 })
    screen.show('acknowledged writes: 1,204, lost: 0', 0)
    await sees('acknowledged write…', 'demo>')
    screen[Symbol.dispose]()
  })

  it('leaves nothing behind when it is closed', async () => {
    const { screen, input, heard, sees } = withPerson()
    screen.show('lost: 0', 0)
    line(screen.err, 'one')
    input.write('hea')
    await sees('one', 'lost: 0', 'demo> hea')
    screen[Symbol.dispose]()
    screen.show('lost: 1', 1)
    line(screen.err, 'stopping')
    await sees('one', 'stopping', '')
    assert.deepEqual(heard, [])
  })

  it('tells Ctrl-C from Ctrl-D, which a prompt gets as characters', async () => {
    const { screen, input, heard } = withPerson()
    input.write('\u0003')
    input.write('\u0004')
    await until(() => heard.length === 2)
    assert.deepEqual(heard, ['Ctrl-C', 'Ctrl-D'])
    screen[Symbol.dispose]()
  })
})

describe('the screen of a demo without a terminal', () => {
  it('says the meters as a plain line, now and then', () => {
    const { screen, written } = withPerson({ interactive: false })
    for (const nowMs of [0, 500, 9_999, 10_000]) screen.show(`at ${nowMs}`, nowMs)
    assert.equal(written.all, 'at 0\r\nat 10000\r\n')
    screen[Symbol.dispose]()
  })

  it('reads a script line by line, and does not take its end for a wish to leave', async () => {
    const { screen, input, heard, written } = withPerson({ interactive: false })
    input.end('kill 3\nheal')
    await until(() => heard.length === 2)
    assert.deepEqual([heard, written.all], [['kill 3', 'heal'], ''])
    screen[Symbol.dispose]()
  })

  it('begins no line of a script before the one above has ended', async () => {
    const fake = fakeTerminal()
    const screen = new Screen(fake)
    const first = Promise.withResolvers<void>()
    const heard: string[] = []
    const onLine = (text: string) => {
      heard.push(text)
      return heard.length === 1 ? first.promise : Promise.resolve()
    }
    screen.read({ onLine, onInterrupt: () => {}, onLeave: () => {} })
    fake.input.end('leave 3\nkill 2\n')
    await until(() => heard.length === 1)
    first.resolve()
    await until(() => heard.length === 2)
    assert.deepEqual(heard, ['leave 3', 'kill 2'])
    screen[Symbol.dispose]()
  })
})
