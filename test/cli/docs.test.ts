/** docs/cli.md repeats the help of every command. `ANILLO_UPDATE_DOCS=1` writes the present help into it. */
import '../../src/shim.ts'
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import type { Command } from 'commander'
import { EnvOption } from '../../src/cli/flags.ts'
import { anilloProgram, run, setUsersProgram } from '../../src/cli/program.ts'
import { ERROR_KINDS } from '../../src/errors.ts'
import { fakeTerminal } from './fake-terminal.ts'

const DOCS = new URL('../../../docs/cli.md', import.meta.url)
const UPDATE = process.env.ANILLO_UPDATE_DOCS === '1'

const context = () => ({ terminal: fakeTerminal(), createPeer: () => assert.fail() })

/** The paths of all commands that can be run, such as ['ring', 'show']. */
function paths(command: Command, path: readonly string[] = []): (readonly string[])[] {
  const below = command.commands.flatMap(each => paths(each, [...path, each.name()]))
  return below.length > 0 ? below : [path]
}

async function help(
  program: (c: ReturnType<typeof context>) => Command,
  path: readonly string[]
): Promise<string> {
  const each = context()
  assert.equal(await run(program(each), each.terminal, [...path, '--help']), 0)
  return each.terminal.printed.out.trimEnd()
}

const anillo = (each: ReturnType<typeof context>) => anilloProgram(each, '0')
const setUsers = (each: ReturnType<typeof context>) => setUsersProgram(each, '0')

/** The fenced block after the heading of a command. */
const blockOf = (title: string) =>
  new RegExp(`(^#+ \`${title}\`\\n(?:(?!^#|^\`\`\`).*\\n)*\`\`\`text\\n)([^]*?)(\\n\`\`\`$)`, 'm')

describe('docs/cli.md', () => {
  const cases: [title: string, program: typeof anillo, path: readonly string[]][] = [
    ['anillo', anillo, []],
    ...paths(anillo(context())).map(
      path => [['anillo', ...path].join(' '), anillo, path] as [string, typeof anillo, readonly string[]]
    ),
    ['setusers', setUsers, []]
  ]
  for (const [title, program, path] of cases) {
    it(`has the help of ${title}`, async () => {
      const expected = await help(program, path)
      const docs = readFileSync(DOCS, 'utf8')
      const found = blockOf(title).exec(docs)
      assert.ok(found, `docs/cli.md has no block under the heading \`${title}\``)
      if (UPDATE)
        writeFileSync(
          DOCS,
          docs.replace(blockOf(title), (_, before, __, after) => before + expected + after)
        )
      else assert.equal(found[2], expected)
    })
  }

  it('names every environment variable, and no other', () => {
    const variables = new Set(['ANILLO_LOG_LEVEL'])
    const collect = (command: Command) => {
      for (const option of command.options) {
        if (!(option instanceof EnvOption)) continue
        variables.add(option.variable)
        if (option.contents !== undefined) variables.add(option.contents.variable)
      }
      for (const each of command.commands) collect(each)
    }
    collect(anillo(context()))
    const table = readFileSync(DOCS, 'utf8').split('## Environment')[1]!.split('\n## ')[0]!
    const rows = [...table.matchAll(/^\| `(ANILLO_[A-Z_]+)`/gm)].map(match => match[1]!)
    assert.deepEqual(rows.toSorted(), [...variables].toSorted())
  })

  it('names every exit code that an error can have', () => {
    const table = readFileSync(DOCS, 'utf8').split('## Exit codes')[1]!.split('\n## ')[0]!
    const rows = new Set([...table.matchAll(/^\| ([0-9]+)/gm)].map(match => Number(match[1])))
    for (const { exit } of Object.values(ERROR_KINDS)) assert.ok(rows.has(exit), `exit code ${exit}`)
  })
})
