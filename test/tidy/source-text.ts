/**
 * Just enough of TypeScript's grammar to judge a file: where its comments and literals are, what it imports, and how
 * long its functions are. It reads what biome has formatted and tsc has accepted, and need not understand the rest.
 */

export interface SourceFile {
  /** From the root of the repository, with forward slashes. */
  readonly path: string
  readonly text: string
}

interface Span {
  readonly kind: 'comment' | 'literal'
  readonly start: number
  readonly end: number
}

/** What may stand before a `/` that begins a regular expression rather than divides. */
const BEFORE_REGEX =
  /(^|[([{},;:=!&|?+\-*%~^<>]|\b(return|typeof|case|in|of|void|throw|await|yield|else|do))\s*$/
/** From the parenthesis that closes the parameters: the type of the result, on one line except between < and >. */
const RETURN_TYPE = /\)(\s*:\s*(?:[^;{}<\s]|<(?:[^;\n]*|[^;{}]*)>|[ ](?=\S))+)?\s*$/
/** As far back from its brace as a function's parameters are looked for. */
const HEADER_CHARACTERS_MAX = 2_000
const NOT_A_FUNCTION = new Set(['if', 'for', 'await', 'while', 'switch', 'catch', 'with'])

/** The text with every comment as blanks; lines and columns stay. */
export function withoutComments(text: string): string {
  return blank(text, span => span.kind === 'comment')
}

/** The text with every comment and the inside of every string, template and regular expression as blanks. */
export function codeOnly(text: string): string {
  return blank(text, () => true)
}

/** What is imported or exported `from`, statically, dynamically or as a type only. */
export function importsOf(text: string): string[] {
  const code = codeOnly(text)
  const source = withoutComments(text)
  return [...source.matchAll(/(?<!\.)\b(?:from|import|import\()\s*(['"])([^'"\n]+)\1/g)]
    .filter(match => /^(from|import)/.test(code.slice(match.index)))
    .map(match => match[2]!)
}

export interface FunctionLength {
  /** The line the function begins on, from 1. */
  readonly line: number
  readonly lines: number
}

/** Every function, method and arrow function with a body, from the line of its parameters to its closing brace. */
export function functionsOf(text: string): FunctionLength[] {
  const code = codeOnly(text)
  const lineAt = (index: number) => code.slice(0, index).split('\n').length
  const open: (number | undefined)[] = []
  const found: FunctionLength[] = []
  for (const { 0: brace, index } of code.matchAll(/[{}]/g)) {
    if (brace === '{') {
      const from = Math.max(0, index - HEADER_CHARACTERS_MAX)
      const start = functionStart(code.slice(from, index))
      open.push(start === undefined ? undefined : from + start)
    } else {
      const start = open.pop()
      if (start === undefined) continue
      const line = lineAt(start)
      found.push({ line, lines: lineAt(index) - line + 1 })
    }
  }
  return found
}

/** Where the function begins whose body the brace after `before` opens, or undefined if it opens something else. */
function functionStart(before: string): number | undefined {
  const arrow = /=>\s*$/.exec(before)
  const header = arrow ? before.slice(0, arrow.index) : before
  const parameters = RETURN_TYPE.exec(header)
  if (parameters === null) return arrow?.index
  const start = openingOf(header, parameters.index)
  const word = /(\w*)\s*$/.exec(header.slice(0, start))![1]!
  if (arrow) return start
  const statement = header.slice(0, start).split(/[;{}]/).pop()!
  return NOT_A_FUNCTION.has(word) || /\bclass\b/.test(statement) ? undefined : start
}

/** The index of the parenthesis that the one at `close` closes. */
function openingOf(code: string, close: number): number {
  let depth = 0
  for (let index = close; index >= 0; index--) {
    if (code[index] === ')') depth++
    if (code[index] === '(' && --depth === 0) return index
  }
  return 0
}

function blank(text: string, chosen: (span: Span) => boolean): string {
  let result = ''
  let at = 0
  for (const span of spansOf(text)) {
    if (!chosen(span)) continue
    result += text.slice(at, span.start) + text.slice(span.start, span.end).replace(/[^\n]/g, ' ')
    at = span.end
  }
  return result + text.slice(at)
}

function spansOf(text: string): Span[] {
  const spans: Span[] = []
  /** For each template whose `${` is open: how many braces were open before it. */
  const templates: number[] = []
  let braces = 0
  let code = '' // the code since the last line break that has any, to tell a division from a regular expression
  let at = 0
  const add = (kind: Span['kind'], start: number, end: number) => {
    spans.push({ kind, start, end })
    at = end
  }
  const template = (start: number) => {
    const end = endOf(text, /(?:[^\\`$]|\\[\s\S]|\$(?!\{))*/y, start)
    add('literal', start, end)
    if (text[end] === '`') {
      at = end + 1
      code = ')'
    } else {
      at = end + 2
      templates.push(braces++)
    }
  }
  while (at < text.length) {
    const char = text[at]!
    if (text.startsWith('//', at)) add('comment', at, endOf(text, /[^\n]*/y, at))
    else if (text.startsWith('/*', at)) add('comment', at, text.indexOf('*/', at) + 2)
    else if (char === "'" || char === '"') {
      const end = endOf(text, char === "'" ? /(?:[^\\'\n]|\\[\s\S])*/y : /(?:[^\\"\n]|\\[\s\S])*/y, at + 1)
      add('literal', at + 1, end)
      at = end + 1
      code = ')'
    } else if (char === '`') template(at + 1)
    else if (char === '/' && BEFORE_REGEX.test(code)) {
      const end = endOf(text, /(?:[^\\/[\n]|\\.|\[(?:[^\\\]\n]|\\.)*\])*/y, at + 1)
      add('literal', at + 1, end)
      at = end + 1
      code = ')'
    } else {
      if (char === '{') braces++
      if (char === '}' && --braces === templates.at(-1)) {
        templates.pop()
        template(at + 1)
        continue
      }
      code = (code + char).slice(-20)
      at++
    }
  }
  return spans
}

/** Where the sticky `pattern` ends that begins at `start`. */
function endOf(text: string, pattern: RegExp, start: number): number {
  pattern.lastIndex = start
  return start + pattern.exec(text)![0].length
}
