/** The same as a panel shows, for a terminal: lines with a button that copies them. */
import { byId, element } from './element.ts'

const COPIED_MS = 1_500
/** Where the command line looks by itself. */
const DEFAULT_ORIGIN = 'http://127.0.0.1:5000'

/** Fills every `<details data-curl data-cli>` of the page. `guarded`: a token is needed. */
export function fillCommands(guarded: boolean): void {
  for (const details of document.querySelectorAll<HTMLDetailsElement>('details.commands')) {
    const { curl, cli } = details.dataset
    details.querySelector('.lines')?.remove()
    const lines = [
      ...(curl === undefined ? [] : [curlLine(curl, guarded)]),
      ...(cli === undefined ? [] : [cliLine(cli)])
    ]
    details.append(element('div', { class: 'lines' }, ...lines.map(commandLine)))
  }
}

export function curlLine(path: string, guarded: boolean): string {
  const streaming = /^\/v1\/(events|changes)/.test(path) ? ' -N' : ''
  const token = guarded ? ' -H "Authorization: Bearer $ANILLO_TOKEN"' : ''
  return `curl${streaming}${token} ${quoted(location.origin + path)}`
}

export function cliLine(command: string): string {
  const origin = location.origin === DEFAULT_ORIGIN ? '' : ` -u ${location.origin}`
  return `anillo ${command}${origin}`
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
