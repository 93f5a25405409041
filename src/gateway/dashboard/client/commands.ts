/** The same as a panel shows, for a terminal: lines with a button that copies them. */
import { byId, element } from './element.ts'

const COPIED_MS = 1_500
/** Where the command line looks by itself. */
const DEFAULT_ORIGIN = 'http://127.0.0.1:5000'

/** The gateway that the lines ask. `guarded`: a token is needed. */
export interface Asked {
  readonly origin: string
  readonly guarded: boolean
}

/** Fills every `<details data-curl data-cli data-operand>` of the page. */
export function fillCommands(asked: Asked): void {
  for (const details of document.querySelectorAll<HTMLDetailsElement>('details.commands')) {
    const { curl, cli, operand } = details.dataset
    if (curl === undefined) continue
    showLines(details, [
      curlLine(curl, asked),
      ...(cli === undefined ? [] : [cliLine({ command: cli, operand }, asked)])
    ])
  }
}

export function showLines(details: HTMLElement, lines: readonly string[]): void {
  details.querySelector('.lines')?.remove()
  details.append(element('div', { class: 'lines' }, ...lines.map(commandLine)))
}

/** From now on, what is open closes with Escape, or when something else is pressed. */
export function closeCommands(): void {
  const open = () => document.querySelectorAll<HTMLDetailsElement>('details.commands[open]')
  document.addEventListener('pointerdown', ({ target }) => {
    for (const details of open()) if (!details.contains(target as Node)) details.open = false
  })
  document.addEventListener('keydown', ({ key }) => {
    if (key !== 'Escape') return
    for (const details of open()) {
      details.open = false
      details.querySelector('summary')?.focus()
    }
  })
}

function curlLine(path: string, { origin, guarded }: Asked): string {
  const streaming = /^\/v1\/(events|changes)/.test(path) ? ' -N' : ''
  const token = guarded ? ' -H "Authorization: Bearer $ANILLO_TOKEN"' : ''
  return `curl${streaming}${token} ${quoted(origin + path)}`
}

/** `operand`: anything that a person typed. It comes last, since behind `--` nothing else is an option either. */
export function cliLine(
  { command, operand }: { readonly command: string; readonly operand?: string | undefined },
  { origin }: Pick<Asked, 'origin'>
): string {
  const url = origin === DEFAULT_ORIGIN ? '' : ` -u ${origin}`
  const last = operand === undefined ? '' : `${operand.startsWith('-') ? ' --' : ''} ${quoted(operand)}`
  return `anillo ${command}${url}${last}`
}

/** One word to a POSIX shell, whatever is in it. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}

function commandLine(text: string): HTMLElement {
  const code = element('code', {}, text)
  const button = element('button', { type: 'button', class: 'copy', 'aria-label': `Copy: ${text}` }, 'Copy')
  button.addEventListener('click', async () => {
    const done = (await copied(code)) ? 'Copied' : 'Selected'
    button.textContent = done
    byId('announcements').textContent = done
    setTimeout(() => (button.textContent = 'Copy'), COPIED_MS)
  })
  return element('div', { class: 'line' }, code, button)
}

/**
 * Returns whether it was copied. Pages that are served over plain HTTP by another machine have no clipboard: there it is
 * selected, for a person to copy.
 */
async function copied(code: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(code.textContent ?? '')
    return true
  } catch {
    getSelection()?.selectAllChildren(code)
    return false
  }
}
