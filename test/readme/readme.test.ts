/** Every command that README.md shows is run here, as in a fresh clone; its programs are run by examples.test.ts. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { describe, it } from 'node:test'
import { Clone } from './clone.ts'
import { blocksOf } from './markdown.ts'
import { matches, stepsOf } from './transcript.ts'

const blocks = blocksOf(await readFile(new URL('../../../README.md', import.meta.url), 'utf8'))
const consoles = blocks.filter(({ language }) => language === 'console')
const sections = [...new Set(consoles.map(({ section }) => section))]

describe('reading a transcript', () => {
  it('takes commands with what they print, over several lines where a backslash says so', () => {
    assert.deepEqual(stepsOf(['$ a \\', '  b', 'one', '', '$ c', 'demo> d', 'two']), [
      { command: 'a \\\n  b', output: ['one', ''], typed: false, terminal: '' },
      { command: 'c', output: [], typed: false, terminal: '' },
      { command: 'd', output: ['two'], typed: true, terminal: '' }
    ])
    assert.throws(() => stepsOf(['one']))
  })

  it('takes the name of a terminal, and a here-document to its end', () => {
    assert.deepEqual(stepsOf(["1$ cat > a <<'END'", '$ b', 'END', 'one', '2$ ^C']), [
      { command: "cat > a <<'END'\n$ b\nEND", output: ['one'], typed: false, terminal: '1' },
      { command: '^C', output: [], typed: false, terminal: '2' }
    ])
  })

  it('lets an ellipsis stand for some characters, or alone for any lines, and nothing else differ', () => {
    assert.ok(matches(['a … c', '…', 'z'], 'a b c\nd\ne\nz\n'))
    assert.ok(matches(['…', 'z'], 'z'))
    assert.ok(matches([], ''))
    assert.ok(!matches([], 'a\n'))
    assert.ok(!matches(['a … c'], 'a  c\n'))
    assert.ok(!matches(['a'], 'a\nb\n'))
    assert.ok(!matches(['a.c'], 'abc\n'))
  })
})

describe('README.md', () => {
  it('has no block that nobody runs', () => {
    assert.deepEqual(
      blocks.filter(({ language }) => !['console', 'ts'].includes(language)),
      []
    )
    assert.ok(consoles.length > 0)
  })

  for (const section of sections) {
    it(`shows commands that do what it says: ${section}`, async () => {
      const shown = consoles.filter(block => block.section === section)
      await using clone = await Clone.create()
      for (const step of shown.flatMap(({ lines }) => stepsOf(lines))) await clone.run(step)
      await clone.stop()
    })
  }
})
