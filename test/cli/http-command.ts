/** One command, run against a gateway that has the answers. */
import { USER } from '../../src/gateway/openapi/examples.ts'
import { type Answer, type Asked, fakeGateway, problem } from './fake-gateway.ts'
import { runAnillo } from './fake-peer.ts'

export const ada = { ...USER, id: '7' }

export interface Outcome {
  readonly code: number
  readonly out: string
  readonly err: string
  readonly asked: readonly Asked[]
}

/** Runs a command against a gateway that answers each request with what `answers` has for its line. */
export async function anillo(args: readonly string[], answers: Record<string, Answer>): Promise<Outcome> {
  await using gateway = await fakeGateway(asked => answers[asked])
  const { code, terminal } = runAnillo(args, undefined, { ANILLO_URL: gateway.url })
  return { code: await code, ...terminal.printed, asked: gateway.asked }
}

export const ok = (body: unknown): Answer => ({ headers: { 'Content-Type': 'application/json' }, body })
/** Of `users get`. */
export const holding = (
  items: readonly object[],
  missing: readonly string[] = [],
  consistency = 'strong'
) => ({
  [`POST /v1/users:batchGet?consistency=${consistency}`]: ok({ items, missing, unread: [] })
})
export const found = holding([ada])
export const notFound = problem(404, 'not-found', 'There is no user "8"')
