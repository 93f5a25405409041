/** docs/style.md, as far as a program can tell. Every rule is first shown something that it must find. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, sep } from 'node:path'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { dependencyFaults, forbiddenImports, unusedFiles } from './tidy/import-rules.ts'
import { codeOnly, functionsOf, importsOf, type SourceFile, withoutComments } from './tidy/source-text.ts'
import {
  bannedUses,
  documentFaults,
  leftOutTests,
  namelessPlace,
  oversized,
  unintroduced
} from './tidy/text-rules.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const CODE_FOLDERS = ['src', 'test', 'bench', 'protocols', 'bin']

function filesIn(folder: string, ending: RegExp): SourceFile[] {
  if (!existsSync(join(ROOT, folder))) return []
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && ending.test(entry.name))
    .map(entry => join(entry.parentPath, entry.name))
    .map(file => ({ path: relative(ROOT, file).split(sep).join('/'), text: readFileSync(file, 'utf8') }))
}

const everyFile = CODE_FOLDERS.flatMap(folder => filesIn(folder, /(\.[cm]?[jt]s|\.proto|^[^.]+)$/))
const code = everyFile.filter(({ path }) => /\.[cm]?[jt]s$/.test(path))
const sources = code.filter(({ path }) => path.startsWith('src/'))
const documents = [...filesIn('docs', /\.md$/), ...filesIn('protocols', /\.md$/), ...readme()]

function readme(): SourceFile[] {
  const file = join(ROOT, 'README.md')
  return existsSync(file) ? [{ path: 'README.md', text: readFileSync(file, 'utf8') }] : []
}

/** Undefined where there is nothing; empty for what is no document. */
function documentAt(path: string): string | undefined {
  const known = documents.find(each => each.path === path)
  if (known !== undefined) return known.text
  return existsSync(join(ROOT, path)) ? '' : undefined
}

const file = (path: string, text: string): SourceFile => ({ path, text })
const none = (faults: readonly string[]): void => assert.deepEqual(faults, [])
const each = (files: readonly SourceFile[], rule: (file: SourceFile) => string[]): string[] =>
  files.flatMap(rule)

describe('reading a source file', () => {
  const text = [
    "import a, { b } from './a.ts' // from './not.ts'",
    "import type { C } from '../c.ts'",
    "export { d } from 'd/e'",
    "import './f.ts'",
    "const g = await import('@g/h')",
    "const quoted = \"import x from './no.ts'\" + `from './no.ts' $" +
      "{late(`}`)} ` + 'it\\'s // no comment'",
    "const pattern = /[/'\"`{]\\/{2}/.test(x) ? 6 / 2 / 1 : '}' /* { */"
  ].join('\n')

  test('imports are found, and nothing that only looks like one', () => {
    assert.deepEqual(importsOf(text), ['./a.ts', '../c.ts', 'd/e', './f.ts', '@g/h'])
  })

  test('comments and literals are blanks, the rest stays where it was', () => {
    assert.equal(codeOnly(text).length, text.length)
    assert.match(codeOnly(text).split('\n')[5]!, /^const quoted = " *" \+ ` *\$\{late\(` `\)\} ` \+ ' *'$/)
    assert.match(codeOnly(text).split('\n')[6]!, /^const pattern = \/ *\/\.test\(x\) \? 6 \/ 2 \/ 1 : ' ' *$/)
    assert.match(withoutComments(text), /it\\'s \/\/ no comment'\n/)
  })

  test('no file of the repository is misread: the brackets outside its literals match', () => {
    for (const { path, text } of code) {
      for (const [open, close] of ['()', '[]', '{}']) {
        const count = (bracket: string) => codeOnly(text).split(bracket).length
        assert.equal(count(open!), count(close!), `${open}${close} in ${path}`)
      }
    }
  })

  test('functions of every kind are measured, and blocks are not', () => {
    const functions = [
      'function f(\n  a: number\n): Promise<Map<string, { b: number }>> {\n}', // 4
      'class A extends base(1) {\n  #m(): asserts x is Y {\n  }\n  get g() { return 1 }\n}', // 2 and 1
      'const h = async ({ a }: B): Promise<void> => {\n  if (x) {\n  }\n}', // 4
      'list.map(item => {\n})', // 2
      'for (const x of y) {\n}\nswitch (f(x)) {\n case (1): {\n}}\nconst o = {\n}\ntry {\n} catch (e) {\n}'
    ]
    assert.deepEqual(
      functionsOf(functions.join('\n')).map(found => found.lines),
      [4, 2, 1, 4, 2]
    )
  })
})

describe('tidiness', () => {
  test('imports run one way', () => {
    const sample = [
      file(
        'src/ring/a.ts',
        "import './b.ts'\nimport type { Log } from '../runtime.ts'\nimport '../chord/chord.ts'"
      ),
      file(
        'src/network/wire.ts',
        "import '../chord/chord-rpc.ts'\nimport type { C } from '../chord/contact.ts'\nimport '../chord/lookup.ts'"
      ),
      file('src/chord/chord-rpc.ts', "import type { C } from './contact.ts'"),
      file('src/users/users.ts', "import { App } from '../gateway/app.ts'"),
      file('src/users/service.ts', "import '../network/host.ts'"),
      file('src/peer.ts', "import './gateway/app.ts'"),
      file('src/errors.ts', "import './peer.ts'")
    ]
    assert.deepEqual(forbiddenImports(sample), [
      'src/ring/a.ts may not import src/chord/chord.ts',
      'src/network/wire.ts may not import src/chord/lookup.ts',
      'src/users/users.ts may not import src/gateway/app.ts',
      'src/errors.ts may not import src/peer.ts'
    ])
    none(forbiddenImports(sources))
  })

  test('time, randomness, network and disk are touched by the adapters only', () => {
    const text = [
      '// Date.now() in a comment',
      "const words = 'Math.random()' + child.process.pid",
      'const now = Date.now() + +new Date(0)',
      'setTimeout(f, 1); process.exit()'
    ].join('\n')
    assert.deepEqual(bannedUses(file('src/chord/a.ts', text)), [
      'src/chord/a.ts:3 has Date.now: use Clock.now',
      'src/chord/a.ts:4 has setTimeout: use Clock.timer or sleep',
      'src/chord/a.ts:4 has process.: use an option that cli/ fills in'
    ])
    const modules =
      "import { readFile } from 'node:fs/promises'\nimport { connect } from 'node:net'\nimport 'node:path'"
    assert.equal(bannedUses(file('src/users/a.ts', modules)).length, 2)
    none(bannedUses(file('src/cli/a.ts', text)))
    none(each(sources, bannedUses))
  })

  test('files and functions are small', () => {
    const long = (lines: number) => `function f() {\n${'  x()\n'.repeat(lines - 2)}}\n`
    assert.equal(oversized(file('src/a.ts', long(71))).length, 1)
    assert.equal(oversized(file('src/a.ts', long(401))).length, 2)
    none(oversized(file('src/a.ts', long(70))))
    none(oversized(file('src/a.ts', 'x()\n'.repeat(400))))
    none(each(sources, oversized))
  })

  test('no file or folder is a heap', () => {
    assert.equal(each([file('src/utils/a.ts', ''), file('test/helpers.ts', '')], namelessPlace).length, 2)
    none(namelessPlace(file('src/chord/helpful.ts', '')))
    none(each(everyFile, namelessPlace))
  })

  test('no test is left out', () => {
    assert.equal(leftOutTests(file('test/a.test.ts', "test.only('x', () => {})")).length, 1)
    assert.equal(leftOutTests(file('test/a.test.ts', "describe.skip('x', () => {})")).length, 1)
    none(leftOutTests(file('test/a.test.ts', "test('says test.only(', { skip: isRoot }, () => {})")))
    none(each(code, leftOutTests))
  })

  test('a file begins by saying what it is', () => {
    assert.equal(unintroduced(file('src/a.ts', "import './b.ts'")).length, 1)
    none(each(sources, unintroduced))
  })

  test('every file is used', () => {
    const sample = [
      file('src/index.ts', "export { a } from './a.ts'"),
      file('src/a.ts', ''),
      file('src/b.ts', "import './a.ts'")
    ]
    assert.deepEqual(unusedFiles(sample), ['src/b.ts is imported by nobody'])
    none(unusedFiles(sources))
  })

  test('what is imported is declared, and what is declared is imported', () => {
    const sample = [
      file('src/a.ts', "import '@x/y/z'\nimport 'tested'\nimport 'node:fs'\nimport 'lost'"),
      file('test/a.ts', "import 'tested'")
    ]
    const declared = {
      dependencies: { '@x/y': '1', idle: '1' },
      devDependencies: { tested: '1', typescript: '7' }
    }
    assert.deepEqual(dependencyFaults(sample, declared), [
      'src/a.ts imports tested, which package.json does not name',
      'src/a.ts imports lost, which package.json does not name',
      'package.json names idle, which nobody imports'
    ])
    none(dependencyFaults(code, JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))))
  })

  test('a document has one title, and its links lead somewhere', () => {
    const text =
      '# One\n```sh\n# a comment\n```\n[a](there.md#a-part) [b](https://example.org) [c](../gone.md) [d](#a-comment) [e](#two)\n# Two\n' +
      '[f](there.md#a-part-1) [g](there.md#nothing)'
    const there = '# There\n## A `part`!\n## A part'
    assert.deepEqual(
      documentFaults(file('docs/a.md', text), path => (path === 'docs/there.md' ? there : undefined)),
      [
        "docs/a.md has 2 titles ('# …'), not one",
        'docs/a.md links to gone.md, which is not there',
        'docs/a.md links to docs/a.md#a-comment, and it has no such heading',
        'docs/a.md links to docs/there.md#nothing, and it has no such heading'
      ]
    )
    none(each(documents, document => documentFaults(document, documentAt)))
  })

  test('the codecs are those that the generator makes of the .proto files', t => {
    const folder = mkdtempSync(join(tmpdir(), 'anillo-codecs-'))
    t.after(() => rmSync(folder, { recursive: true, force: true }))
    const protos = filesIn('protocols', /\.proto$/).map(({ path }) => path)
    execFileSync(join(ROOT, 'node_modules', '.bin', 'protons'), [...protos, '--output', folder], {
      cwd: ROOT
    })
    const stale = protos.filter(path => {
      const codec = path.replace('.proto', '.ts')
      const present = code.find(found => found.path === codec)?.text ?? ''
      const [, ...generated] = present.split('\n') // the first line is added by protocols/generate.mjs
      return generated.join('\n') !== readFileSync(join(folder, codec.replace('protocols/', '')), 'utf8')
    })
    assert.ok(protos.length > 0)
    none(stale.map(path => `${path} has changed: run npm run generate`))
  })
})
