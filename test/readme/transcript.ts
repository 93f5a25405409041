/**
 * A `console` block as a person reads it: `$ command` lines, each followed by what it prints on stdout, and `demo> command`
 * lines, which are typed where the demo runs. In the output `…` stands
 * for what changes from run to run: within a line for some characters, alone on a line for any number of lines.
 */

export interface Step {
  readonly command: string
  readonly output: readonly string[]
  /** At the prompt of the demo. */
  readonly typed: boolean
}

const TYPED = 'demo> '

/** A line that ends with a backslash goes on in the next one, as in a shell. */
export function stepsOf(lines: readonly string[]): Step[] {
  const steps: { command: string; output: string[]; typed: boolean }[] = []
  let goesOn = false
  for (const line of lines) {
    const step = steps.at(-1)
    if (line.startsWith('$ ')) steps.push({ command: line.slice(2), output: [], typed: false })
    else if (line.startsWith(TYPED))
      steps.push({ command: line.slice(TYPED.length), output: [], typed: true })
    else if (step === undefined) throw new Error(`A transcript begins with a "$ " line, not with: ${line}`)
    else if (goesOn) step.command += `\n${line}`
    else step.output.push(line)
    goesOn = (goesOn || line.startsWith('$ ')) && line.endsWith('\\')
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
