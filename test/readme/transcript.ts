/**
 * A `console` block as a person reads it: `$ command` lines, each followed by what it prints on stdout, and `demo> command`
 * lines, which are typed where the demo runs. A name before the `$` says in which terminal, and the command `^C` is
 * Ctrl-C there. In the output `…` stands
 * for what changes from run to run: within a line for some characters, alone on a line for any number of lines.
 */

export interface Step {
  readonly command: string
  readonly output: readonly string[]
  /** At the prompt of the demo. */
  readonly typed: boolean
  /** The name before the `$`; empty without one. */
  readonly terminal: string
}

const PROMPT = /^(\w*)\$ (.*)$/
const TYPED = 'demo> '
/** `cat > FILE <<'END'`: all lines to one that is END are the command's too. */
const HERE_DOCUMENT = /<<'(\w+)'$/

/** A line that ends with a backslash goes on in the next one, as in a shell. */
export function stepsOf(lines: readonly string[]): Step[] {
  const steps: { command: string; output: string[]; typed: boolean; terminal: string }[] = []
  /** The end of a here-document that is open. */
  let until: string | undefined
  let goesOn = false
  for (const line of lines) {
    const step = steps.at(-1)
    if (until !== undefined) {
      step!.command += `\n${line}`
      if (line === until) until = undefined
      continue
    }
    const prompt: RegExpExecArray | null = goesOn ? null : PROMPT.exec(line)
    if (prompt !== null) steps.push({ command: prompt[2]!, output: [], typed: false, terminal: prompt[1]! })
    else if (line.startsWith(TYPED))
      steps.push({ command: line.slice(TYPED.length), output: [], typed: true, terminal: '' })
    else if (step === undefined) throw new Error(`A transcript begins with a "$ " line, not with: ${line}`)
    else if (goesOn) step.command += `\n${line}`
    else step.output.push(line)
    until = prompt === null ? undefined : HERE_DOCUMENT.exec(line)?.[1]
    goesOn = (goesOn || prompt !== null) && line.endsWith('\\')
  }
  return steps
}

export function matches(output: readonly string[], printed: string): boolean {
  const pattern = output.map(line => (line === '…' ? '(?:.*\n)*' : `${lineAs(line)} *\n`)).join('')
  const text = printed === '' || printed.endsWith('\n') ? printed : `${printed}\n`
  return new RegExp(`^${pattern}$`).test(text)
}

function lineAs(line: string): string {
  return line
    .trimEnd()
    .split('…')
    .map(part => part.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'))
    .join('.+')
}
