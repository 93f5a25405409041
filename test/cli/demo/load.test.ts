/** The load against gateways that are made to lie, to hang and to fail: it must find out the first, and not mind the rest. */
import '../../../src/shim.ts'
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Gateway, Load } from '../../../src/cli/demo/load.ts'
import { PersistentWrite, type SendOptions } from '../../../src/cli/demo/persistent-write.ts'
import { ConflictError, OutcomeUnknownError, UnavailableError } from '../../../src/errors.ts'
import { systemRandom } from '../../../src/runtime.ts'
import type { User } from '../../../src/users/user.ts'
import { type Answer, type Asked, fakeGateway, problem } from '../fake-gateway.ts'
import { until } from '../until.ts'

/** Users of one copy, kept by whatever gateway is asked. */
class FakeUsers {
  readonly users = new Map<string, User>()
  #version = 0

  answer(line: string, { headers, body }: Asked): Answer | undefined {
    const id = line.split('/').at(-1)!
    const user = this.users.get(id)
    if (line.startsWith('GET')) return user === undefined ? problem(404, 'not-found', id) : { body: user }
    const bound = headers['if-match']
    if (bound !== undefined && bound !== `"${user?.version}"`) {
      return problem(412, 'conflict', 'another version', { current: user ?? null })
    }
    const version = String(++this.#version)
    const at = new Date(0).toISOString()
    const { profile } = JSON.parse(body) as Pick<User, 'profile'>
    const next: User = {
      id,
      status: 'ONLINE',
      profile,
      version,
      createdAt: at,
      updatedAt: at,
      expiresAt: null
    }
    this.users.set(id, next)
    return { status: user === undefined ? 201 : 200, body: next }
  }
}

/** A load on two gateways; `lie` may answer instead of the first of them. */
async function loaded(lie: (line: string, users: FakeUsers) => Answer | undefined = () => undefined) {
  const users = new FakeUsers()
  const one = await fakeGateway((line, asked) => lie(line, users) ?? users.answer(line, asked))
  const two = await fakeGateway((line, asked) => users.answer(line, asked))
  const gateways = [one, two].map(({ url }, index) => ({ number: index + 1, url }))
  const told: string[] = []
  const load = new Load({ gateways: () => gateways, random: systemRandom, onWrong: what => told.push(what) })
  load.start()
  return {
    users,
    load,
    told,
    async [Symbol.asyncDispose]() {
      await load.stop()
      await Promise.all([one[Symbol.asyncDispose](), two[Symbol.asyncDispose]()])
    }
  }
}

describe("the demo's load", () => {
  it('finds nothing lost and nothing wrong where nothing is', async () => {
    await using demo = await loaded()
    await until(() => demo.load.info.acknowledged > 64)
    const { load, lost, wrong, lastTakeoverMs } = demo.load.info
    assert.deepEqual([load, lost, wrong, lastTakeoverMs], [true, 0, 0, null])
    assert.equal(demo.users.users.size, 32)
  })

  it('finds an acknowledged write lost that is not there any more', async () => {
    await using demo = await loaded()
    await until(() => demo.load.info.acknowledged > 32)
    const { users } = demo.users
    const user = users.get('load-7')!
    const { number, ...rest } = user.profile as { load: string; number: number }
    users.set('load-7', { ...user, version: 'before', profile: { ...rest, number: number - 1 } })
    await until(() => demo.load.info.lost > 0)
    assert.equal(demo.load.info.lost, 1)
  })

  it('finds a read wrong that shows an old state, and says which', async () => {
    const old = new Map<string, User>()
    await using demo = await loaded((line, { users }) => {
      const id = line.split('/').at(-1)!
      if (!line.startsWith('GET') || !users.has(id)) return undefined
      if (!old.has(id)) old.set(id, users.get(id)!)
      return { body: old.get(id)! }
    })
    await until(() => demo.load.info.wrong > 0)
    assert.match(
      demo.told[0]!,
      /^peer 1 shows \{"load":"\w{16}","number":\d+\} for load-\d+; write \d+ was acknowledged before$/
    )
    assert.equal(demo.load.info.lost, 0)
  })

  it('goes on through another gateway when one fails, and measures the wait after a fault', async () => {
    await using demo = await loaded(() => problem(503, 'unavailable', 'no leader'))
    demo.load.faulted()
    await until(() => demo.load.info.acknowledged >= 32)
    const { lost, wrong, lastTakeoverMs } = demo.load.info
    assert.deepEqual([lost, wrong], [0, 0])
    assert.ok(lastTakeoverMs! > 0)
  })

  it('is off when it is stopped, with nothing under way, and can be started again', async () => {
    await using demo = await loaded()
    await until(() => demo.load.info.acknowledged > 0)
    await demo.load.stop()
    const { acknowledged } = demo.load.info
    assert.equal(demo.load.info.load, false)
    demo.load.start()
    await until(() => demo.load.info.acknowledged > acknowledged)
    assert.equal(demo.load.info.lost, 0)
  })
})

const GATEWAYS: Gateway[] = [1, 2, 3].map(number => ({ number, url: `http://127.0.0.1:${number}` }))
const USER = { id: 'load-1' } as User

/** A write whose tries are answered by `send`; what each was sent with. */
function writeThrough(send: (gateway: number, how: SendOptions) => Promise<User>, gateways = () => GATEWAYS) {
  const tries: { gateway: number; how: SendOptions }[] = []
  const stop = new AbortController()
  const write = new PersistentWrite({
    gateways,
    first: 0,
    idempotencyKey: 'k',
    signal: stop.signal,
    send: ({ number }, how) => {
      tries.push({ gateway: number, how })
      return send(number, how)
    }
  })
  return { write, tries, stop }
}

const hanging = ({ signal }: SendOptions) =>
  new Promise<User>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))

describe('a write of the load', () => {
  it('is sent through one gateway after another, as the same write, until one answers', async () => {
    const { write, tries } = writeThrough(async number => {
      if (number === 1) throw new UnavailableError('no leader')
      if (number === 2) throw new OutcomeUnknownError('no answer')
      return USER
    })
    assert.equal((await write.answer).gateway.number, 3)
    assert.deepEqual(
      tries.map(({ gateway, how }) => [gateway, how.idempotencyKey]),
      [
        [1, 'k'],
        [2, 'k'],
        [3, 'k']
      ]
    )
    assert.ok(tries[2]!.how.ageMs > 0)
  })

  it('does not wait for a gateway that hangs, and ends its try', async () => {
    const { write, tries } = writeThrough(async (number, how) => (number === 1 ? hanging(how) : USER))
    assert.equal((await write.answer).gateway.number, 2)
    assert.ok(tries[0]!.how.signal.aborted)
  })

  it('ends with what a gateway has decided', async () => {
    const { write, tries } = writeThrough(async () => {
      throw new ConflictError('another version')
    })
    await assert.rejects(write.answer, { name: 'ConflictError' })
    assert.equal(tries.length, 1)
  })

  it('waits while there is no gateway to be asked', async () => {
    let up: Gateway[] = []
    const { write, tries } = writeThrough(
      async () => USER,
      () => up
    )
    up = GATEWAYS
    await write.answer
    assert.equal(tries.length, 1)
  })

  it('ends with the load', async () => {
    const { write, tries, stop } = writeThrough((_, how) => hanging(how))
    await until(() => tries.length > 0)
    stop.abort(new Error('the load is off'))
    await assert.rejects(write.answer, /the load is off/)
    assert.ok(tries.every(({ how }) => how.signal.aborted))
  })
})
