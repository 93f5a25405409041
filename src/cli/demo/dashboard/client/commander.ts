/** Sends commands to the demo, one at a time, and says on the page what came of them. */
import { byId } from '../../../../gateway/dashboard/client/element.ts'

/** A peer that starts may take a minute; a loaded machine is given more. */
const COMMAND_TIMEOUT_MS = 90_000

export class Commander {
  /** Is told when a command begins and when it is over. */
  onChange: () => void = () => {}
  readonly #url: string
  readonly #said = byId('demo-said')
  #running = false

  /** `url`: of the demo. */
  constructor(url: string) {
    this.#url = url
  }

  get running(): boolean {
    return this.#running
  }

  /** Returns whether it was done. One that comes while another runs is not sent. */
  async run(command: string): Promise<boolean> {
    if (this.#running) return false
    this.#running = true
    this.#say('running', `${command} …`)
    this.onChange()
    try {
      const response = await fetch(`${this.#url}/demo/commands`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ command }),
        signal: AbortSignal.timeout(COMMAND_TIMEOUT_MS)
      })
      const { said, detail } = (await response.json()) as { said?: string[]; detail?: string }
      if (response.ok) this.#say('done', (said ?? []).join('; '))
      else this.#say('failed', detail ?? `The demo answered ${response.status}`)
      return response.ok
    } catch (error) {
      const late = error instanceof DOMException && error.name === 'TimeoutError'
      const why = late
        ? `The demo still works at it after ${COMMAND_TIMEOUT_MS / 1000} s`
        : 'The demo does not answer'
      this.#say('failed', `${command}: ${why}`)
      return false
    } finally {
      this.#running = false
      this.onChange()
    }
  }

  #say(state: 'running' | 'done' | 'failed', text: string): void {
    this.#said.dataset.state = state
    this.#said.textContent = text
  }
}
