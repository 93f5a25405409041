import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Answer, fakeGateway, problem } from './fake-gateway.ts'
import { runAnillo } from './fake-peer.ts'
import { ada, anillo, ok } from './http-command.ts'
import { FIRST_PEER, selfReport } from './reports.ts'

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
