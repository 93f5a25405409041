import '../../../src/shim.ts'
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Interpreter } from '../../../src/cli/demo/interpreter.ts'
import { FakeStage } from './fake-stage.ts'

function demo(count = 5) {
  const stage = new FakeStage(count)
  const interpreter = new Interpreter(stage)
  return { stage, run: (text: string) => interpreter.run(text) }
}

/** Runs all of them, and returns what the last one is refused with. */
async function refusal(run: (text: string) => Promise<string[]>, ...texts: string[]): Promise<string> {
  const last = texts.pop()!
  for (const text of texts) await run(text)
  const error = await run(last).then(
    said => assert.fail(`${last} is not refused: ${said}`),
    error => error as Error
  )
  return `${error.name}: ${error.message}`
}

describe('the commands of a demo', () => {
  it('do to a peer what they say', async () => {
    const { stage, run } = demo()
    const texts = [
      'kill 3',
      'start 3',
      'pause 2',
      'resume 2',
      'stop 4',
      'start 4',
      'leave 5',
      'load off',
      'quit'
    ]
    for (const text of texts) await run(text)
    assert.deepEqual(stage.calls, [
      ...['kill 3', 'start 3', 'pause 2', 'resume 2', 'drain 4', 'start 4', 'leave 5', 'load false', 'quit']
    ])
  })

  it('say what came of it, and what undoes it', async () => {
    const { run } = demo()
    assert.deepEqual(await run('kill 3'), ['peer 3 is dead; start 3 brings it back'])
    assert.deepEqual(await run('partition 1 2'), ['cut: 1 2 | 3 4 5; heal joins them again'])
    assert.match((await run('add'))[0]!, /^peer 6 has joined {3}http:\/\/127\.0\.0\.1:5005 {3}ready in /)
  })

  it('are read whatever the case and the spaces, and an empty line is none', async () => {
    const { stage, run } = demo()
    assert.deepEqual(await run('  '), [])
    await run('  KILL   3 ')
    await run('partition 1  2 1')
    assert.deepEqual(stage.calls, ['kill 3', 'partition 1 2'])
  })

  it('heal everything at once, and say what that was', async () => {
    const { stage, run } = demo()
    for (const text of ['kill 3', 'stop 4', 'pause 2', 'partition 1']) await run(text)
    assert.deepEqual(await run('heal'), [
      'all reach each other again',
      'peer 2 goes on',
      'peer 3 is back',
      'peer 4 is back'
    ])
    assert.deepEqual(stage.calls.slice(4), ['resume 2', 'join', 'start 3', 'start 4'])
    assert.deepEqual(stage.state.partitions, [])
  })

  it('heal the others when one cannot be started, and say why', async () => {
    const { stage, run } = demo()
    const { start } = stage
    stage.start = async number => {
      if (number === 3) throw new Error('its port is taken')
      return start(number)
    }
    assert.equal(await refusal(run, 'kill 3', 'kill 4', 'heal'), 'Error: its port is taken')
    assert.equal(stage.state.peers[3]!.state, 'running')
  })

  it('list themselves', async () => {
    const { run } = demo()
    const help = await run('?')
    for (const name of ['kill N', 'partition N [M…]', 'heal', 'add', 'load on|off', 'quit']) {
      assert.ok(
        help.some(text => text.startsWith(name)),
        name
      )
    }
    assert.deepEqual(await run('help'), help)
  })

  it('show the state of each peer, the cuts, and what the load has seen', async () => {
    const { stage, run } = demo(3)
    for (const text of ['kill 2', 'partition 3']) await run(text)
    stage.change(1, { doing: 'leaving' })
    assert.deepEqual(await run('status'), [
      'peer 1  …er-1  leaving   http://127.0.0.1:5000   pid 4001',
      'peer 2  …er-2  killed',
      'peer 3  …er-3  running   http://127.0.0.1:5002   pid 4003',
      'cut: 1 2 | 3',
      'load on: 1,204 acknowledged writes, lost: 0, 0 wrong answers, last takeover: 1.4 s'
    ])
  })
})

describe('a command that makes no sense', () => {
  const cases: [texts: string[], refusal: RegExp][] = [
    [['kil 3'], /^InvalidRequestError: There is no command "kil"; \? lists them$/],
    [['kill'], /^InvalidRequestError: kill takes the number of one peer, as in: kill 3$/],
    [['kill 1 2'], /^InvalidRequestError: kill takes the number of one peer/],
    [['kill three'], /^InvalidRequestError: "three" is not the number of a peer/],
    [['kill 0'], /^InvalidRequestError: "0" is not the number/],
    [['partition'], /^InvalidRequestError: partition takes the number of at least one peer/],
    [['load'], /^InvalidRequestError: load takes on or off, as in: load off$/],
    [['add 3'], /^InvalidRequestError: add takes nothing more, as in: add$/],
    [[`kill ${'3'.repeat(300)}`], /^InvalidRequestError: A command has at most 256 characters/],
    [['kill 9'], /^NotFoundError: There is no peer 9; there are 1, 2, 3, 4, 5$/],
    [['partition 1 9'], /^NotFoundError: There is no peer 9/],
    [['kill 3', 'kill 3'], /^ConflictError: Peer 3 is not running; start 3$/],
    [['stop 3', 'pause 3'], /^ConflictError: Peer 3 is not running; start 3$/],
    [['start 3'], /^ConflictError: Peer 3 is running already$/],
    [['pause 3', 'start 3'], /^ConflictError: Peer 3 is paused; resume 3$/],
    [['pause 3', 'pause 3'], /^ConflictError: Peer 3 is paused already; resume 3$/],
    [['pause 3', 'stop 3'], /^ConflictError: Peer 3 is paused and hears nothing; resume 3 first$/],
    [['pause 3', 'leave 3'], /^ConflictError: Peer 3 is paused and hears nothing/],
    [['resume 3'], /^ConflictError: Peer 3 is not paused$/],
    [['leave 3', 'start 3'], /^ConflictError: Peer 3 has left the ring for good; add starts a new one$/],
    [['leave 3', 'partition 3'], /^ConflictError: Peer 3 has left/],
    [['partition 3', 'partition 3'], /^ConflictError: Peer 3 is cut off already; heal joins all again$/],
    [['partition 1 2', 'partition 2 1'], /^ConflictError: Peers 2, 1 are cut off already/],
    [['partition 1 2 3 4 5'], /^ConflictError: These are all peers/],
    [['partition 3', 'leave 2'], /^ConflictError: The ring is cut \(1 2 4 5 \| 3\).* heal first$/],
    [['heal'], /^ConflictError: There is nothing to heal/],
    [['load on'], /^ConflictError: The load is on already$/],
    [['add', 'add'], /^ConflictError: The demo has 6 peers and takes no more$/]
  ]
  for (const [texts, pattern] of cases) {
    it(`is refused with what to do instead: ${texts.join(', ').slice(0, 40)}`, async () => {
      const { run } = demo()
      assert.match(await refusal(run, ...texts), pattern)
    })
  }

  it('is refused while something else is being done to the peer, except to kill it', async () => {
    const { stage, run } = demo()
    stage.change(3, { doing: 'leaving' })
    const message = 'ConflictError: Peer 3 is leaving the ring; wait for it, or kill 3'
    assert.equal(await refusal(run, 'stop 3'), message)
    await run('kill 3')
    assert.deepEqual(stage.calls, ['kill 3'])
  })

  it('is refused when it would leave nobody to hold the users', async () => {
    const { run } = demo(2)
    assert.match(
      await refusal(run, 'kill 2', 'leave 1'),
      /^ConflictError: Nobody else runs .*add a peer first$/
    )
  })
})
