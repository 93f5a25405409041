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

/** Fills every `<details data-curl data-cli>` of the page. */
export function fillCommands(asked: Asked): void {
  for (const details of document.querySelectorAll<HTMLDetailsElement>('details.commands')) {
    const { curl, cli } = details.dataset
    if (curl === undefined) continue
    showLines(details, [curlLine(curl, asked), ...(cli === undefined ? [] : [cliLine(cli, asked)])])
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

function cliLine(command: string, { origin }: Asked): string {
  return `anillo ${command}${origin === DEFAULT_ORIGIN ? '' : ` -u ${origin}`}`
}

/** One word to a POSIX shell, whatever is in it. */
export function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}

function commandLine(text: string): HTMLElement {
  const button = element('button', { type: 'button', class: 'copy', 'aria-label': `Copy: ${text}` }, 'Copy')
  button.addEventListener('click', async () => {
    await copied(text)
    button.textContent = 'Copied'
    byId('announcements').textContent = 'Copied'
    setTimeout(() => (button.textContent = 'Copy'), COPIED_MS)
  })
  return element('div', { class: 'line' }, element('code', {}, text), button)
}

/** Pages that are served over plain HTTP by another machine have no clipboard: there a person copies what is selected. */
async function copied(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
  } catch {
    const line = [...document.querySelectorAll('.line code')].find(code => code.textContent === text)
    if (line !== undefined) getSelection()?.selectAllChildren(line)
  }
}
