import { setImmediate as turn } from 'node:timers/promises'

const TIMEOUT_MS = 5_000

/** Resolves when the condition holds. @throws Error it did not within 5 s */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const untilMs = performance.now() + TIMEOUT_MS
  while (!(await condition())) {
    if (performance.now() > untilMs) throw new Error(`Not within ${TIMEOUT_MS} ms: ${condition}`)
    await turn()
  }
}
