/** Asks for a token when the gateway wants one. */
import type { Api } from './api.ts'
import { byId, say } from './element.ts'

/** Resolves when a token was given. `why`: what was wrong with the last one. */
export function askForToken(api: Api, why?: string): Promise<void> {
  const panel = byId('token')
  const input = byId<HTMLInputElement>('token-text')
  if (why !== undefined) say(byId('token-why'), why)
  panel.hidden = false
  input.focus()
  return new Promise(resolve => {
    byId('token-form').addEventListener(
      'submit',
      event => {
        event.preventDefault()
        api.token = input.value.trim()
        input.value = ''
        panel.hidden = true
        resolve()
      },
      { once: true }
    )
  })
}
