/** The fenced blocks of a Markdown text, by the `## ` section that they are in. */

export interface Block {
  /** Of the file, from 1: where the fence is. */
  readonly line: number
  /** The title of the last `## ` heading before it; empty before the first. */
  readonly section: string
  readonly language: string
  readonly lines: readonly string[]
}

export function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = []
  let section = ''
  let open: { line: number; language: string; lines: string[] } | undefined
  for (const [index, text] of markdown.split('\n').entries()) {
    const fence = /^```(.*)$/.exec(text)
    if (fence !== null) {
      if (open === undefined) open = { line: index + 1, language: fence[1]!, lines: [] }
      else {
        blocks.push({ ...open, section })
        open = undefined
      }
    } else if (open !== undefined) open.lines.push(text)
    else section = /^## (.+)$/.exec(text)?.[1] ?? section
  }
  return blocks
}
