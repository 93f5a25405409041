import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { SLOTS_MAX } from '../../src/ring/slot.ts'
import type { TaskReport } from '../../src/users/ring-report.ts'
import { type Answer, type Asked, fakeGateway, problem } from './fake-gateway.ts'
import { runAnillo } from './fake-peer.ts'
import { FIRST_PEER, lookupReport, ringReport, selfReport } from './reports.ts'
import { until } from './until.ts'

const ada = {
  id: '7',
  status: 'ONLINE',
  profile: { name: 'Ada' },
  version: '3.41',
  createdAt: '2026-11-22T10:00:00.000Z',
  updatedAt: '2026-11-22T10:05:00.000Z',
  expiresAt: null
}

interface Outcome {
  readonly code: number
  readonly out: string
  readonly err: string
  readonly asked: readonly Asked[]
}

/** Runs a command against a gateway that answers each request with what `answers` has for its line. */
async function anillo(args: readonly string[], answers: Record<string, Answer>): Promise<Outcome> {
  await using gateway = await fakeGateway(asked => answers[asked])
  const { code, terminal } = runAnillo(args, undefined, { ANILLO_URL: gateway.url })
  return { code: await code, ...terminal.printed, asked: gateway.asked }
}

const ok = (body: unknown): Answer => ({ headers: { 'Content-Type': 'application/json' }, body })
/** Of `users get`. */
const holding = (items: readonly object[], missing: readonly string[] = [], consistency = 'strong') => ({
  [`POST /v1/users:batchGet?consistency=${consistency}`]: ok({ items, missing, unread: [] })
})
const found = holding([ada])
const notFound = problem(404, 'not-found', 'There is no user "8"')

describe('anillo users heartbeat', () => {
  const presence = { id: '7', status: 'ONLINE', version: '3.41', expiresAt: '2026-11-22T10:05:30.000Z' }
  const renewed = { ...presence, result: 'renewed' }
  const answers = (...items: object[]) => ({ 'POST /v1/users:heartbeat': ok({ items }) })

  it('renews leases and says until when they last', async () => {
    const { code, out, asked } = await anillo(['users', 'heartbeat', '7', '--ttl', '30s'], answers(renewed))
    assert.equal(code, 0)
    assert.equal(out, 'ID   STATUS   EXPIRES\n7    ONLINE   2026-11-22T10:05:30.000Z\n')
    assert.deepEqual(JSON.parse(asked[0]!.body), { ids: ['7'], ttl: '30s' })
  })

  it('renews the others when one is unknown, has no lease or cannot be reached, and exits 3, 4 or 5', async () => {
    const failed = { result: 'failed', error: 'UnavailableError', detail: 'no majority' }
    for (const [code, of, said] of [
      [3, { result: 'missing' }, /no user "8"/],
      [4, { result: 'no-lease' }, /user "8" has no lease/],
      [5, failed, /user "8" .*UnavailableError: no majority/]
    ] as const) {
      const args = ['users', 'heartbeat', '8', '7', '--ttl', '1m', '-o', 'json']
      const outcome = await anillo(args, answers({ id: '8', ...of }, renewed))
      assert.equal(outcome.code, code)
      assert.deepEqual(JSON.parse(outcome.out), presence)
      assert.match(outcome.err, said)
    }
  })

  it('sends a thousand at a time', async () => {
    const ids = Array.from({ length: 1_001 }, (_, at) => `u${at}`)
    const { code, asked } = await anillo(['users', 'heartbeat', ...ids, '--ttl', '1m'], answers(renewed))
    assert.equal(code, 0)
    assert.deepEqual(
      asked.map(({ body }) => JSON.parse(body).ids),
      [ids.slice(0, 1_000), ids.slice(1_000)]
    )
  })

  it('refuses what is no duration, and none', async () => {
    for (const more of [[], ['--ttl', '30']]) {
      const { code, asked } = await anillo(['users', 'heartbeat', '7', ...more], answers(renewed))
      assert.deepEqual([code, asked], [2, []])
    }
  })
})

describe('anillo users watch', () => {
  const lines = [
    { type: 'begin', cursor: 'c0' },
    { type: 'put', slot: 1, id: '7', version: '3.41', user: ada },
    { type: 'delete', slot: 1, id: '7', version: '3.42' },
    { type: 'reset', slot: 1, cursor: 'c1' }
  ]
  const body = lines.map(each => JSON.stringify(each)).join('\n')
  const feed = { headers: { 'Content-Type': 'application/x-ndjson' }, body: `${body}\n\n` }

  it('prints what happens until it is stopped, and goes on where it was when the gateway was gone', async () => {
    await using gateway = await fakeGateway(() => feed)
    const { code, terminal } = runAnillo(['users', 'watch', 'a/b,c'], undefined, { ANILLO_URL: gateway.url })
    await until(() => gateway.asked.length > 1)
    terminal.send('SIGINT')
    assert.equal(await code, 130)
    assert.equal(
      terminal.printed.out.split('\n').slice(0, 3).join('\n'),
      `put      3.41      7  ONLINE
delete   3.42      7
reset    slot 1: changes may be missing; its users follow`
    )
    const [first, second] = gateway.asked.map(({ path }) => new URL(path, gateway.url).searchParams)
    assert.deepEqual([first!.get('since'), first!.get('ids')], ['now', 'a%2Fb%2Cc'])
    assert.equal(second!.get('since'), 'c1')
  })

  it('ends with the reason that the gateway gives for refusing it', async () => {
    const { code, err } = await anillo(['users', 'watch', '--since', 'x'], {
      'GET /v1/changes?since=x': problem(400, 'invalid-request', 'This cursor is none')
    })
    assert.equal(code, 2)
    assert.match(err, /This cursor is none/)
  })
})

describe('anillo users get', () => {
  it('prints a table', async () => {
    const { code, out, err } = await anillo(['users', 'get', '7'], found)
    assert.deepEqual([code, err], [0, ''])
    assert.equal(
      out,
      `ID   STATUS   VERSION   UPDATED                    PROFILE
7    ONLINE   3.41      2026-11-22T10:05:00.000Z   {"name":"Ada"}
`
    )
  })

  it('prints one line of JSON for each user, whole', async () => {
    const { code, out } = await anillo(['users', 'get', '7', '7', '-o', 'json'], found)
    assert.equal(code, 0)
    assert.deepEqual(
      out
        .trimEnd()
        .split('\n')
        .map(text => JSON.parse(text)),
      [ada, ada]
    )
  })

  it('exits 3 when one is missing, having printed the others', async () => {
    const { code, out, err } = await anillo(['users', 'get', '8', '7', '-o', 'json'], holding([ada], ['8']))
    assert.equal(code, 3)
    assert.deepEqual(JSON.parse(out), ada)
    assert.match(err, /^1 user not found: 8\n {2}→ /)
  })

  it('asks for many in few requests, and again for those that an answer had no room for', async () => {
    const ids = Array.from({ length: 1_200 }, (_, at) => `u${at}`)
    await using gateway = await fakeGateway((_, { body }) => {
      const { ids } = JSON.parse(body) as { ids: string[] }
      const items = ids.slice(0, 700).map(id => ({ ...ada, id }))
      return ok({ items, missing: [], unread: ids.slice(700) })
    })
    const { code, terminal } = runAnillo(['users', 'get', ...ids, '-o', 'json', '-u', gateway.url])
    assert.equal(await code, 0)
    const printed = terminal.printed.out.trimEnd().split('\n')
    assert.deepEqual(
      printed.map(text => JSON.parse(text).id),
      ids
    )
    assert.equal(gateway.asked.length, 3)
  })

  it('asks a majority, or with --stale any peer that keeps the user', async () => {
    const stale = holding([ada], [], 'stale')
    assert.equal((await anillo(['users', 'get', '7'], found)).code, 0)
    const { code, out } = await anillo(['users', 'get', '7', '--stale', '-o', 'json'], stale)
    assert.deepEqual([code, JSON.parse(out)], [0, ada])
  })

  it('does not take the word of one peer for it that there is no such user', async () => {
    const { code, err } = await anillo(['users', 'get', '8', '--stale'], holding([], ['8'], 'stale'))
    assert.equal(code, 3)
    assert.match(err, /^1 user not found: 8\n {2}→ ask without --stale/)
  })

  it('asks for any id', async () => {
    const { asked } = await anillo(['users', 'get', 'a/b?ñ', '..'], {})
    assert.deepEqual(JSON.parse(asked[0]!.body), { ids: ['a/b?ñ', '..'] })
  })
})

describe('anillo users set', () => {
  const set = (...args: string[]) => anillo(['users', 'set', '7', ...args], { 'PUT /v1/users/7': ok(ada) })

  it('takes a status by name in any case, or by number', async () => {
    for (const status of ['AWAY', 'away', '2']) {
      const { code, out, asked } = await set(status)
      assert.equal(code, 0)
      assert.deepEqual(JSON.parse(asked[0]!.body), { status: 'AWAY' })
      assert.match(out, /^7 +ONLINE +3\.41/m)
    }
  })

  it('sends the profile and the conditions', async () => {
    const absent = await set('ONLINE', '--if-absent', '--profile', '{"name":"Ada"}')
    assert.deepEqual(JSON.parse(absent.asked[0]!.body), { status: 'ONLINE', profile: { name: 'Ada' } })
    assert.equal(absent.asked[0]!.headers['if-none-match'], '*')
    const version = await set('ONLINE', '--if-version', '3.41')
    assert.equal(version.asked[0]!.headers['if-match'], '"3.41"')
  })

  for (const [args, says] of [
    [['GONE'], /A status is one of ONLINE \(0\), OFFLINE \(1\), AWAY \(2\), BUSY \(3\)/],
    [['9'], /A status is one of/],
    [['ONLINE', '--profile', '[]'], /A profile is a JSON object/],
    [['ONLINE', '--profile', '{'], /--profile/],
    [['ONLINE', '--if-absent', '--if-version', '1'], /cannot both hold/],
    [[], /missing required argument 'status'/]
  ] as const) {
    it(`refuses ${JSON.stringify(args)} before anything is sent, with exit 2`, async () => {
      const { code, err, asked } = await set(...args)
      assert.deepEqual([code, asked.length], [2, 0])
      assert.match(err, says)
      assert.match(err, /→ see `anillo users set --help`/)
    })
  }
})

describe('anillo users delete', () => {
  it('deletes, conditionally when asked to', async () => {
    const { code, out, asked } = await anillo(['users', 'delete', '7', '--if-version', '3.41'], {
      'DELETE /v1/users/7': { status: 204 }
    })
    assert.deepEqual([code, out], [0, 'deleted 7\n'])
    assert.equal(asked[0]!.headers['if-match'], '"3.41"')
  })

  it('exits 3 when there is no such user', async () => {
    const { code, err } = await anillo(['users', 'delete', '8'], { 'DELETE /v1/users/8': notFound })
    assert.equal(code, 3)
    assert.match(err, /^NotFoundError: There is no user "8"\n {2}→ /)
  })
})

describe('exit codes', () => {
  const PROBLEMS: [code: number, answer: Answer, says: RegExp][] = [
    [2, problem(422, 'invalid-user', 'A user id has no control characters'), /^InvalidUserError: A user id/],
    [
      4,
      problem(412, 'conflict', 'The version is 3.42', { current: ada }),
      /^ConflictError: .*\n {2}→ read the user/
    ],
    [5, problem(504, 'outcome-unknown', 'No answer'), /^OutcomeUnknownError: .*\n {2}→ look what came of it/],
    [
      6,
      problem(401, 'unauthorised', 'Not known'),
      /^UnauthorisedError: Not known\n {2}→ give a token .*ANILLO_TOKEN/
    ],
    [6, problem(403, 'forbidden', 'Not from there'), /^ForbiddenError: /],
    [1, problem(500, 'internal', 'A defect'), /^InternalError: A defect/]
  ]
  for (const [expected, answer, says] of PROBLEMS) {
    it(`are those of the error: ${expected} for HTTP ${answer.status}`, async () => {
      const { code, err, out } = await anillo(['users', 'set', '7', 'ONLINE', '--if-version', '1'], {
        'PUT /v1/users/7': answer
      })
      assert.equal(code, expected)
      assert.match(err, says)
      assert.equal(out, '')
    })
  }

  it('are 5 when no peer is there, and the way to one is said', async () => {
    const gateway = await fakeGateway(() => undefined)
    await gateway[Symbol.asyncDispose]()
    for (const args of [
      ['ring', 'show'],
      ['users', 'get', '7'],
      ['peer', 'leave']
    ]) {
      const { code, terminal } = runAnillo([...args, '-u', gateway.url])
      assert.equal(await code, 5, args.join(' '))
      assert.match(
        terminal.printed.err,
        /^UnavailableError: http\S+ cannot be reached.*\n {2}→ start a peer with `anillo peer start`, or say/
      )
    }
  })

  it('are 5 when the connection is cut after a question was sent, and nothing is in doubt', async () => {
    const gateway = await fakeGateway(() => {
      void gateway[Symbol.asyncDispose]()
      return ok(ada)
    })
    const { code, terminal } = runAnillo(['users', 'get', '7', '-u', gateway.url])
    assert.equal(await code, 5)
    assert.match(terminal.printed.err, /^UnavailableError/)
  })

  it('are 5 when the connection is cut after a write was sent, and say that it may have been written', async () => {
    const gateway = await fakeGateway(() => {
      void gateway[Symbol.asyncDispose]()
      return ok(ada)
    })
    const { code, terminal } = runAnillo(['users', 'set', '7', 'ONLINE', '-u', gateway.url])
    assert.equal(await code, 5)
    assert.match(
      terminal.printed.err,
      /^OutcomeUnknownError: .* it may have been written or not\n {2}→ look what came of it \(`anillo users get ID`/
    )
  })

  it('are 5 when a proxy has no answer, or the connection breaks in the middle of one', async () => {
    const html = { headers: { 'Content-Type': 'text/html' }, body: '<h1>Bad gateway</h1>' }
    const recover = ['ring', 'recover', '--slot', '1', '--from', FIRST_PEER, '--accept-data-loss']
    for (const answer of [
      { status: 502, ...html },
      { ...ok({ peer: FIRST_PEER }), cut: 'halfway' }
    ] as const) {
      const status = await anillo(['peer', 'status'], {
        'GET /v1/peer': ok(selfReport()),
        'GET /readyz?verbose': answer
      })
      assert.equal(status.code, 5)
      assert.match(status.err, /^UnavailableError: /)
      const recovery = await anillo(recover, { 'POST /v1/ring/recover': answer })
      assert.equal(recovery.code, 5)
      assert.match(recovery.err, /^OutcomeUnknownError: http\S+ gave no answer \(.+\); it may have done/)
    }
  })

  it('are 2 when something else than a peer answers', async () => {
    const { code, err } = await anillo(['ring', 'show'], {})
    assert.equal(code, 2)
    assert.match(err, /is an anillo gateway there\?/)
  })

  for (const args of [
    [],
    ['ring'],
    ['nonsense'],
    ['ring', 'shw'],
    ['ring', 'show', '-u', 'nonsense'],
    ['ring', 'show', '-o', 'xml']
  ]) {
    it(`are 2 for \`${['anillo', ...args].join(' ')}\`, with nothing on stdout`, async () => {
      const { code, terminal } = runAnillo(args)
      assert.equal(await code, 2)
      assert.equal(terminal.printed.out, '')
      assert.notEqual(terminal.printed.err, '')
    })
  }

  it('are 0 for help and version, on stdout', async () => {
    for (const args of [['--help'], ['ring', 'show', '--help'], ['--version']]) {
      const { code, terminal } = runAnillo(args)
      assert.equal(await code, 0)
      assert.notEqual(terminal.printed.out, '')
      assert.equal(terminal.printed.err, '')
    }
  })
})

describe('anillo ring', () => {
  it('show prints the whole report as JSON when asked to', async () => {
    const { out } = await anillo(['ring', 'show', '-o', 'json'], { 'GET /v1/ring': ok(ringReport()) })
    assert.deepEqual(JSON.parse(out), ringReport())
  })

  it('check exits 0 when ready, and 1 with the reasons when not', async () => {
    assert.equal((await anillo(['ring', 'check'], { 'GET /v1/ring': ok(ringReport()) })).code, 0)
    const problems = [{ code: 'slot-silent', detail: 'Slot 17 is not answered for' }]
    const notReady = { 'GET /v1/ring': ok(ringReport({ ready: false, problems })) }
    const { code, out, err } = await anillo(['ring', 'check'], notReady)
    assert.deepEqual([code, err], [1, ''])
    assert.match(out, /Slot 17 is not answered for/)
    const json = await anillo(['ring', 'check', '-o', 'json'], notReady)
    assert.deepEqual([json.code, JSON.parse(json.out).problems], [1, problems])
  })

  it('lookup asks for the hops only with --trace', async () => {
    const { hops: _, ...short } = lookupReport
    const plain = await anillo(['ring', 'lookup', '7'], { 'GET /v1/ring/lookup/7': ok(short) })
    assert.equal(plain.code, 0)
    assert.doesNotMatch(plain.out, /the peer asked/)
    const traced = await anillo(['ring', 'lookup', '7', '--trace'], {
      'GET /v1/ring/lookup/7?trace=1': ok(lookupReport)
    })
    assert.match(traced.out, /● the peer asked\n├─▶ .*\n└─▶ /)
  })
})

describe('anillo ring recover', () => {
  const report = { peer: FIRST_PEER, recovered: [3, 17], users: 1200, elsewhere: [5] }
  const answers = { 'POST /v1/ring/recover': ok(report) }

  it('asks the peer to go on, and says what it did and could not do', async () => {
    const { code, out } = await anillo(
      ['ring', 'recover', '--slot', 'all', '--from', FIRST_PEER, '--accept-data-loss'],
      answers
    )
    assert.equal(code, 0)
    assert.equal(
      out,
      '2 slots with 1,200 users go on from 12D3KooWQ7…f3Ka\n1 slot without majority have no copy there: 5\n'
    )
  })

  it('takes the last slot of the largest ring', async () => {
    const slot = ['--slot', `${SLOTS_MAX - 1}`]
    const { code } = await anillo(
      ['ring', 'recover', ...slot, '--from', FIRST_PEER, '--accept-data-loss'],
      answers
    )
    assert.equal(code, 0)
  })

  it('does nothing before it is said that data may be lost, and of which slot', async () => {
    const wrong = [
      ['--slot', 'all', '--from', FIRST_PEER],
      ['--slot', '-1', '--from', FIRST_PEER, '--accept-data-loss'],
      ['--slot', `${SLOTS_MAX}`, '--from', FIRST_PEER, '--accept-data-loss'],
      ['--from', FIRST_PEER, '--accept-data-loss'],
      ['--slot', '3', '--accept-data-loss']
    ]
    for (const args of wrong) {
      const { code, out } = await anillo(['ring', 'recover', ...args], answers)
      assert.deepEqual([code, out], [2, ''], args.join(' '))
    }
  })
})

describe('anillo peer', () => {
  it('status shows the health of a peer that is not ready too', async () => {
    const { code, out } = await anillo(['peer', 'status'], {
      'GET /v1/peer': ok(selfReport()),
      'GET /readyz?verbose': { status: 503, body: '[+]storage ok\n[-]ring joining\n' }
    })
    assert.equal(code, 0)
    assert.match(out, /\[-\]ring joining/)
  })

  /** A peer that says each of these numbers of slots once, of three, then is gone, or says `last`. */
  async function leave(slotsLeft: readonly number[], last?: Answer) {
    let reads = 0
    const gateway = await fakeGateway(asked => {
      if (asked === 'GET /v1/peer') return ok(selfReport())
      if (asked === 'POST /v1/peer/leave') return { status: 202, ...ok({ watch: '/v1/tasks/leave-1' }) }
      if (asked !== 'GET /v1/tasks/leave-1') return undefined
      const left = slotsLeft[reads++]
      if (left === undefined && last !== undefined) return last
      if (left === undefined) {
        // Whoever asks once more finds nobody: the connection is cut as by a process that ended.
        void gateway[Symbol.asyncDispose]()
        return ok({})
      }
      return ok(leaving({ done: 3 - left }))
    })
    const { code, terminal } = runAnillo(['peer', 'leave', '-u', gateway.url])
    const outcome = { code: await code, ...terminal.printed }
    if (last !== undefined) await gateway[Symbol.asyncDispose]()
    return outcome
  }

  function leaving({ done, ...changes }: { readonly done: number } & Partial<TaskReport>): TaskReport {
    return {
      id: 'leave-1',
      kind: 'leave',
      state: 'running',
      startedAt: '2026-11-22T10:00:00.000Z',
      endedAt: null,
      progress: { done, total: 3, unit: 'slots' },
      detail: 'slots move to other peers',
      ...changes
    }
  }

  it('leave shows how far it is, and ends with the peer', async () => {
    const { code, out, err } = await leave([3, 2, 0])
    assert.equal(code, 0, err)
    assert.match(out, /^12D3KooWQ7…f3Ka left the ring: 3 slots moved in /)
    assert.match(err, /^leaving: 3 of 3 slots left to move\n/)
  })

  it('leave asks again when one question had no answer', async () => {
    const cut: Answer = { cut: 'unanswered' }
    const tasks = [cut, ok(leaving({ done: 0 })), cut, cut, ok(leaving({ done: 3 })), cut, cut, cut]
    await using gateway = await fakeGateway(asked => {
      if (asked === 'GET /v1/peer') return ok(selfReport())
      if (asked === 'POST /v1/peer/leave') return { status: 202, ...ok({ watch: '/v1/tasks/leave-1' }) }
      return tasks.shift()
    })
    const { code, terminal } = runAnillo(['peer', 'leave', '-u', gateway.url])
    assert.equal(await code, 0, terminal.printed.err)
    assert.match(terminal.printed.out, /left the ring: 3 slots moved in /)
    assert.deepEqual(tasks, [])
  })

  it('leave does not promise anything of a peer that was gone with slots left', async () => {
    const { code, out, err } = await leave([3, 2])
    assert.deepEqual([code, out], [5, ''])
    assert.match(err, /^leaving.*\nOutcomeUnknownError: The peer is gone, and had 2 slots left/)
  })

  it('leave says so when the peer gave up leaving', async () => {
    const { code, err } = await leave(
      [3, 2],
      ok(leaving({ done: 1, state: 'failed', detail: '2 slots could not be moved' }))
    )
    assert.equal(code, 5)
    assert.match(err, /UnavailableError: The peer stays: 2 slots could not be moved/)
  })
})
