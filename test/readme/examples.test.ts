/** Every program that README.md and docs/embedding.md show is compiled and run here, as in a project of its own. */
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { Examples } from './example.ts'
import { type Block, blocksOf } from './markdown.ts'

/** Each starts peers of its own, and spends most of its time loading. */
const AT_ONCE = 2

async function examplesOf(file: string): Promise<Block[]> {
  const text = await readFile(new URL(`../../../${file}`, import.meta.url), 'utf8')
  return blocksOf(text).filter(({ language }) => language === 'ts')
}

for (const file of ['README.md', 'docs/embedding.md']) {
  test(`the examples of ${file} compile, and print what they say`, { concurrency: AT_ONCE }, async t => {
    const blocks = await examplesOf(file)
    await using examples = await Examples.compile(blocks)
    const runs = blocks.map(block =>
      t.test(`line ${block.line}, ${block.section}`, () => examples.run(block))
    )
    await Promise.all(runs)
  })
}
