import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Answer, type Asked, type FakeGateway, fakeGateway, problem } from './fake-gateway.ts'
import { runAnillo } from './fake-peer.ts'
import { until } from './until.ts'

interface KeptUser {
  readonly id: string
  readonly version: string
  readonly profile: object
}

type Users = Map<string, KeptUser>
type Answers = (asked: Asked) => Answer | undefined

/** As a peer that keeps users, as far as a bench can tell; `first` may answer something else. */
function usersGateway(users: Users = new Map(), first: Answers = () => undefined): Promise<FakeGateway> {
  let writes = 0
  return fakeGateway((_, asked) => first(asked) ?? answer(asked))

  function answer({ method, path, headers, body }: Asked): Answer {
    const [, id = '', heartbeat] = /^\/v1\/users\/([^/?]+)(\/heartbeat)?/.exec(path) ?? []
    const current = users.get(id)
    if (method === 'PUT') {
      const expected = headers['if-match']
      const holds = headers['if-none-match'] === undefined || current === undefined
      if (!holds || (expected !== undefined && expected !== `"${current?.version}"`)) {
        return problem(412, 'conflict', 'Somebody was faster', { current })
      }
      const { status, profile = {}, ttl } = JSON.parse(body)
      const user = { id, status, profile, version: `1.${++writes}`, expiresAt: ttl ?? null }
      users.set(id, user)
      return { status: current === undefined ? 201 : 200, body: user }
    }
    if (current === undefined) return problem(404, 'not-found', `There is no user ${id}`)
    if (method === 'DELETE') {
      users.delete(id)
      return { status: 204 }
    }
    return heartbeat && method !== 'POST' ? {} : { body: current }
  }
}

/** Runs a bench against one gateway. */
async function bench(args: readonly string[], users?: Users, first?: Answers) {
  await using gateway = await usersGateway(users, first)
  const { code, terminal } = runAnillo(['bench', ...args, '-u', gateway.url, '--seed', '1'])
  return { code: await code, ...terminal.printed, asked: gateway.asked }
}

const linesOf = (asked: readonly Asked[]) => asked.map(({ method, path }) => `${method} ${path}`)
/** What was asked after the users were made. */
const measured = (asked: readonly Asked[], users: number) => linesOf(asked).slice(users)

describe('anillo bench', () => {
  it('makes its users, does what the mix says, and sums it up', async () => {
    const users: Users = new Map()
    const { code, out, err, asked } = await bench(['--users', '5', '--ops', '40'], users)
    assert.equal(code, 0, err)
    assert.deepEqual([...users.keys()].toSorted(), ['bench-0', 'bench-1', 'bench-2', 'bench-3', 'bench-4'])
    assert.ok(asked.slice(0, 5).every(({ headers }) => headers['if-none-match'] === '*'))
    const kinds = measured(asked, 5).map(each => each.replace(/ .*/, ''))
    assert.equal(kinds.length, 40)
    assert.deepEqual([...new Set(kinds)].toSorted(), ['GET', 'PUT'])
    assert.match(
      out,
      /^\nELAPSED +ERRORS +CONFLICTS +OPS\(TOTAL\) .* OPERATION\n.* read\n.* write\n.* 40 .* total\n$/
    )
    assert.match(
      err,
      /^read=90,write=10 {3}5 users {3}bench-0… {3}32 at once {3}40 operations {3}1 gateway {3}seed 1$/m
    )
    assert.match(err, /^this program was busy for [0-9.]+% of the time$/m)
  })

  const REQUESTS: [mix: string, expected: RegExp][] = [
    ['read', /^GET \/v1\/users\/bench-0$/],
    ['stale', /^GET \/v1\/users\/bench-0\?consistency=stale$/],
    ['write', /^PUT \/v1\/users\/bench-0$/],
    ['presence', /^POST \/v1\/users\/bench-0\/heartbeat$/]
  ]
  for (const [mix, expected] of REQUESTS) {
    it(`asks for nothing else than its mix says: ${mix}`, async () => {
      const { code, asked, err } = await bench([mix, '--users', '1', '--ops', '3'])
      assert.equal(code, 0, err)
      const lines = measured(asked, 1)
      assert.equal(lines.length, 3)
      for (const each of lines) assert.match(each, expected)
    })
  }

  it('gives its users leases where the mix has heartbeats only, and profiles of the size asked for', async () => {
    const bodies = async (...args: string[]) => {
      const { asked } = await bench([...args, '--users', '1', '--ops', '2'])
      return asked.filter(({ method }) => method === 'PUT').map(({ body }) => JSON.parse(body))
    }
    for (const { ttl, profile } of await bodies(
      'heartbeat,write',
      '--ttl',
      '5s',
      '--profile-bytes',
      '1000'
    )) {
      assert.deepEqual([ttl, JSON.stringify(profile).length], ['5s', 1_000])
    }
    for (const { ttl, profile } of await bodies('write', '--ttl', '5s', '--profile-bytes', '12')) {
      assert.deepEqual([ttl, profile], [undefined, { bench: '' }])
    }
  })

  it('updates only what nobody has changed since it was read, and a conflict is no error', async () => {
    let raced = false
    const users: Users = new Map()
    const { code, out, err } = await bench(
      ['update', '--users', '1', '--ops', '4', '-c', '1'],
      users,
      asked => {
        if (asked.method !== 'PUT' || asked.headers['if-match'] === undefined || raced) return undefined
        raced = true
        users.set('bench-0', { id: 'bench-0', version: '9.9', profile: {} })
        return undefined
      }
    )
    assert.equal(code, 0, err)
    assert.match(out, /s +0 +1 +4 .* update\n$/)
  })

  it('prints a JSON object per line, whole, and nothing else on stdout', async () => {
    const { code, out } = await bench([
      '--users',
      '2',
      '--ops',
      '20',
      '-o',
      'json',
      '--rate',
      '25',
      '-d',
      '1m'
    ])
    assert.equal(code, 0)
    const lines = out
      .trimEnd()
      .split('\n')
      .map(text => JSON.parse(text))
    const { operations, total, elapsedMs, busy, retries, urls, ...rest } = lines.at(-1)
    assert.deepEqual(rest, {
      type: 'summary',
      mix: 'read=90,write=10',
      seed: 1,
      users: 2,
      prefix: 'bench-',
      profileBytes: 100,
      concurrency: 32,
      rate: 25,
      errors: [],
      notBegun: 0
    })
    assert.deepEqual([total.operations, total.errors, retries, urls.length], [20, 0, 0, 1])
    assert.ok(elapsedMs > 750, `${elapsedMs}`) // the last one is planned for 760 ms
    assert.ok(busy >= 0 && busy <= 1, `${busy}`)
    for (const second of lines.slice(0, -1)) assert.deepEqual([second.type, second.errors], ['second', 0])
    assert.ok(lines.length >= 3)
    assert.equal(operations[0].operations + operations[1].operations, 20)
  })

  it('does not measure what it does to warm up', async () => {
    const { code, out, asked } = await bench([
      'read',
      '--users',
      '1',
      '--ops',
      '5',
      '--warmup',
      '20ms',
      '-c',
      '1'
    ])
    assert.equal(code, 0)
    assert.ok(measured(asked, 1).length > 5)
    assert.match(out, /s +0 +0 +5 .* read\n$/)
  })

  it('deletes what it made with --cleanup, and leaves it without', async () => {
    for (const [more, left] of [
      [['--cleanup'], 0],
      [[], 3]
    ] as const) {
      const users: Users = new Map()
      assert.equal((await bench(['--users', '3', '--ops', '1', ...more], users)).code, 0)
      assert.equal(users.size, left)
    }
  })

  it('goes on with the users of an earlier bench', async () => {
    const users: Users = new Map()
    await bench(['--users', '2', '--ops', '1'], users)
    const { code, err } = await bench(['write', '--users', '4', '--ops', '5', '--cleanup'], users)
    assert.deepEqual([code, users.size], [0, 0], err)
  })

  it('touches no user that was not made by a bench, and leaves none behind beside it', async () => {
    const ada = { id: 'u2', version: '3.41', profile: { name: 'Ada' } }
    const users: Users = new Map([['u2', ada]])
    const { code, out, err } = await bench(
      ['--users', '5', '--prefix', 'u', '--ops', '1', '--cleanup'],
      users
    )
    assert.deepEqual([code, out], [2, ''])
    assert.match(
      err,
      /ConfigurationError: The user "u2" is there and was not made by a bench.* another --prefix/
    )
    assert.deepEqual([...users.values()], [ada])
  })

  it('takes turns with several gateways, given once or several times', async () => {
    const users: Users = new Map()
    await using one = await usersGateway(users)
    await using two = await usersGateway(users)
    for (const urls of [
      ['-u', `${one.url},${two.url}`],
      ['-u', one.url, '-u', two.url]
    ]) {
      const before = [one.asked.length, two.asked.length]
      const { code, terminal } = runAnillo(['bench', 'read', '--users', '2', '--ops', '10', ...urls])
      assert.equal(await code, 0, terminal.printed.err)
      assert.ok(one.asked.length - before[0]! >= 5 && two.asked.length - before[1]! >= 5)
      assert.match(terminal.printed.err, / 2 gateways /)
    }
  })

  it('keeps the seed of the environment, and prints one that it drew itself', async () => {
    await using gateway = await usersGateway()
    const args = ['bench', '--users', '1', '--ops', '1', '-u', gateway.url]
    const { code, terminal } = runAnillo(args, undefined, { ANILLO_SEED: '77' })
    assert.deepEqual([await code, /seed 77\n/.test(terminal.printed.err)], [0, true])
    const drawn = runAnillo(args)
    assert.equal(await drawn.code, 0)
    assert.match(drawn.terminal.printed.err, /seed [0-9]+\n/)
  })
})

describe('the end of a bench', () => {
  const refuse =
    (answer: Answer): Answers =>
    asked =>
      asked.method === 'GET' && asked.path.endsWith('-0') ? answer : undefined

  it('is 1 when there were errors, which are told by name and status', async () => {
    const answer = problem(500, 'internal', 'A defect')
    const { code, out } = await bench(['read', '--users', '2', '--ops', '20'], undefined, refuse(answer))
    assert.equal(code, 1)
    assert.match(out, /\nERRORS +STATUS +NAME +THE FIRST ONE\n +[0-9]+ +500 +InternalError +A defect\n$/)
  })

  it('is 1 when a user is gone that was made', async () => {
    const { code, out } = await bench(
      ['read', '--users', '1', '--ops', '2'],
      undefined,
      refuse(problem(404, 'not-found', 'gone'))
    )
    assert.equal(code, 1)
    assert.match(out, / 2 +404 +NotFoundError +The user "bench-0" is gone\n$/)
  })

  it('is 0 when another try of the client was answered, and that is said', async () => {
    let refused = 0
    const busy = problem(503, 'busy', 'A queue is full')
    const { code, err } = await bench(['read', '--users', '1', '--ops', '3', '-c', '1'], undefined, asked =>
      asked.method === 'GET' && refused++ === 0
        ? { ...busy, headers: { ...busy.headers!, 'Retry-After': '0' } }
        : undefined
    )
    assert.equal(code, 0)
    assert.match(err, /^1 request tried again by the client, within these latencies$/m)
  })

  it('is 5 when nobody is there, and says how to start a peer', async () => {
    const gateway = await fakeGateway(() => undefined)
    await gateway[Symbol.asyncDispose]()
    const { code, terminal } = runAnillo(['bench', '--ops', '1', '--users', '1', '-u', gateway.url])
    assert.equal(await code, 5)
    assert.equal(terminal.printed.out, '')
    assert.match(terminal.printed.err, /^UnavailableError: .* cannot be reached.*\n {2}→ start a peer with/)
  })

  it('is 5 when all gateways have gone before the first answer', async () => {
    const gateway = await usersGateway(new Map(), ({ method }) => {
      if (method === 'GET') void gateway[Symbol.asyncDispose]()
      return undefined
    })
    const { code, terminal } = runAnillo(['bench', 'read', '--ops', '2', '--users', '1', '-u', gateway.url])
    const { out } = terminal.printed
    assert.equal(await code, 5, out)
    assert.match(terminal.printed.out, / 2 +- +UnavailableError +http:\S+ cannot be reached/)
  })

  it('is 6 when the peer wants a token', async () => {
    const answer = problem(401, 'unauthorised', 'A token is needed')
    const { code, out } = await bench(['--ops', '1', '--users', '1'], undefined, () => answer)
    assert.deepEqual([code, out], [6, ''])
  })

  it('comes with the summary at Ctrl-C, with exit 130 and --cleanup done', async () => {
    const users: Users = new Map()
    await using gateway = await usersGateway(users)
    const { code, terminal } = runAnillo([
      'bench',
      'read',
      '--users',
      '3',
      '-d',
      '1h',
      '-u',
      gateway.url,
      '--cleanup'
    ])
    await until(() => gateway.asked.some(({ method }) => method === 'GET'))
    terminal.send('SIGINT')
    assert.equal(await code, 130)
    assert.match(terminal.printed.out, /OPS\(TOTAL\) .*\n.* read\n$/)
    assert.match(terminal.printed.err, /^stopping when what is under way has ended/m)
    assert.equal(users.size, 0)
  })

  it('does not wait at the second Ctrl-C, and then deletes nothing', async () => {
    const users: Users = new Map()
    await using gateway = await usersGateway(users, asked =>
      asked.method === 'GET' ? { never: true } : undefined
    )
    const { code, terminal } = runAnillo([
      'bench',
      'read',
      '--users',
      '3',
      '-d',
      '1h',
      '-u',
      gateway.url,
      '--cleanup'
    ])
    await until(() => gateway.asked.some(({ method }) => method === 'GET'))
    terminal.send('SIGTERM')
    terminal.send('SIGTERM')
    assert.equal(await code, 143)
    assert.match(terminal.printed.out, / 0 +0 +0 .* read\n$/)
    assert.equal(users.size, 3)
    assert.deepEqual(
      linesOf(gateway.asked).filter(each => each.startsWith('DELETE')),
      []
    )
  })

  it('comes before anything was measured when it is stopped while users are made', async () => {
    const users: Users = new Map()
    const asked = Promise.withResolvers<void>()
    await using gateway = await usersGateway(users, () => void asked.resolve())
    const { code, terminal } = runAnillo([
      'bench',
      '--users',
      '1000',
      '-c',
      '2',
      '-u',
      gateway.url,
      '--cleanup'
    ])
    void asked.promise.then(() => terminal.send('SIGINT'))
    assert.equal(await code, 130)
    assert.deepEqual([terminal.printed.out, users.size], ['', 0])
    assert.ok(gateway.asked.length < 20, `${gateway.asked.length}`)
  })
})

describe('the flags of a bench', () => {
  const WRONG: [args: string, says: RegExp][] = [
    ['reads', /Give mixed, presence, read/],
    ['-c 0', /whole number from 1 to 1024/],
    ['-d 10', /Give a duration/],
    ['--ops 0', /whole number from 1/],
    ['--rate 0', /whole number from 1/],
    ['--profile-bytes 11', /whole number from 12 to 65536/],
    ['--users 0', /whole number from 1/],
    ['--seed 4294967296', /whole number from 0 to 4294967295/],
    ['-u nonsense', /Give a URL/],
    ['-u ,', /Give a URL/],
    ['presence --ttl 999ms', /A ttl is 1 s to 24 h/],
    [`--prefix ${'a'.repeat(256)}`, /A user id is 1 to 256 bytes/]
  ]
  for (const [args, says] of WRONG) {
    it(`refuse ${args.slice(0, 40)} with exit 2 and a hint`, async () => {
      const { code, terminal } = runAnillo(['bench', ...args.split(' ')])
      assert.equal(await code, 2)
      assert.equal(terminal.printed.out, '')
      assert.match(terminal.printed.err, says)
    })
  }
})
