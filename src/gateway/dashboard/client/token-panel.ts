/** Asks for a token when the gateway wants one. */
import { type Api, isToken } from './api.ts'
import { byId, say } from './element.ts'

const WRONG =
  'A token is of letters, digits and - . _ ~ + / with = at the end. Something else came along when it was copied.'

/** Resolves when a token was given. `why`: what was wrong with the last one. */
export function askForToken(api: Api, why?: string): Promise<void> {
  const panel = byId('token')
  const input = byId<HTMLInputElement>('token-text')
  if (why !== undefined) say(byId('token-why'), why)
  panel.hidden = false
  input.focus()
  return new Promise(resolve => {
    const form = byId<HTMLFormElement>('token-form')
    const onInput = () => input.setCustomValidity('')
    const onSubmit = (event: Event) => {
      event.preventDefault()
      const token = input.value.trim()
      input.setCustomValidity(isToken(token) ? '' : WRONG)
      if (!input.reportValidity()) return
      form.removeEventListener('submit', onSubmit)
      input.removeEventListener('input', onInput)
      api.token = token
      input.value = ''
      panel.hidden = true
      resolve()
    }
    input.addEventListener('input', onInput)
    form.addEventListener('submit', onSubmit)
  })
}
