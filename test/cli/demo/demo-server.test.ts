import '../../../src/shim.ts'
import assert from 'node:assert/strict'
import { request } from 'node:http'
import { describe, it } from 'node:test'
import { DemoServer } from '../../../src/cli/demo/demo-server.ts'
import { Interpreter } from '../../../src/cli/demo/interpreter.ts'
import { systemRandom } from '../../../src/runtime.ts'
import { FakeStage } from './fake-stage.ts'

const GATEWAY = 'http://127.0.0.1:5000'

async function open() {
  const stage = new FakeStage(5)
  const interpreter = new Interpreter(stage)
  const server = await DemoServer.open({
    run: command => interpreter.run(command),
    state: () => stage.state,
    gateway: () => GATEWAY,
    random: systemRandom
  })
  const command = (text: string, headers: Record<string, string> = {}) =>
    fetch(`${server.url}/demo/commands`, { method: 'POST', headers, body: JSON.stringify({ command: text }) })
  return { stage, server, command, [Symbol.asyncDispose]: () => server.close() }
}

/** fetch sets Host and Origin itself. */
function askWith(url: string, headers: Record<string, string>, method = 'GET'): Promise<number> {
  return new Promise((resolve, reject) => {
    const asking = request(url, { method, headers }, response => {
      response.resume()
      resolve(response.statusCode!)
    })
    asking.on('error', reject)
    asking.end()
  })
}

describe('the demo over HTTP', () => {
  it('shows its state as JSON', async () => {
    await using demo = await open()
    const response = await fetch(`${demo.server.url}/demo/state`)
    assert.equal(response.headers.get('content-type'), 'application/json')
    assert.deepEqual(await response.json(), demo.stage.state)
  })

  it('does commands as the prompt does, and answers what there is to say', async () => {
    await using demo = await open()
    const response = await demo.command('kill 3')
    assert.equal(response.status, 200)
    assert.deepEqual(await response.json(), {
      command: 'kill 3',
      said: ['peer 3 is dead; start 3 brings it back']
    })
    assert.deepEqual(demo.stage.calls, ['kill 3'])
  })

  it('answers what makes no sense with a problem that says what to do', async () => {
    await using demo = await open()
    await demo.command('kill 3')
    const answers = await Promise.all(['kil 3', 'kill 9', 'kill 3'].map(text => demo.command(text)))
    assert.deepEqual(
      answers.map(({ status }) => status),
      [400, 404, 412]
    )
    const problem = (await answers[2]!.json()) as Record<string, unknown>
    assert.equal(answers[2]!.headers.get('content-type'), 'application/problem+json')
    assert.deepEqual(
      [problem.type, problem.detail],
      ['urn:anillo:error:conflict', 'Peer 3 is not running; start 3']
    )
  })

  it('refuses a body that is no command, or no small one', async () => {
    await using demo = await open()
    const post = (body: string) =>
      fetch(`${demo.server.url}/demo/commands`, { method: 'POST', body }).then(({ status }) => status)
    assert.deepEqual(
      await Promise.all([post('kill 3'), post('{"command":3}'), post('null'), post(' '.repeat(5_000))]),
      [400, 400, 400, 413]
    )
    assert.deepEqual(demo.stage.calls, [])
  })

  it('has nothing for those who do not know its token, nor anything to guess it by', async () => {
    await using demo = await open()
    const { origin, pathname } = new URL(demo.server.url)
    assert.match(pathname, /^\/[\w-]{22}$/)
    const paths = ['/demo/state', '/x/demo/state', `${pathname.slice(0, -1)}/demo/state`, pathname, '/']
    const answers = await Promise.all(paths.map(path => fetch(origin + path)))
    const bodies = new Set(await Promise.all(answers.map(each => each.text())))
    assert.deepEqual([answers.map(({ status }) => status), bodies.size], [[404, 404, 404, 404, 404], 1])
    const wrongMethod = await fetch(`${demo.server.url}/demo/commands`)
    assert.deepEqual([wrongMethod.status, wrongMethod.headers.get('allow')], [405, 'POST'])
  })

  it('lets its own page in, and pages of nobody else', async () => {
    await using demo = await open()
    const own = demo.server.origin
    const known = await demo.command('kill 1', { Origin: own, 'Sec-Fetch-Site': 'same-origin' })
    assert.deepEqual([known.status, known.headers.get('access-control-allow-origin')], [200, null])
    const strangers = [
      { Origin: 'https://evil.example' },
      { Origin: 'null' },
      { Origin: GATEWAY, 'Sec-Fetch-Site': 'same-site' },
      { 'Sec-Fetch-Site': 'same-site' },
      { 'Sec-Fetch-Site': 'cross-site' },
      { Host: 'evil.example' }
    ]
    for (const headers of strangers) {
      for (const path of ['/ui', '/demo/state', '/demo/events']) {
        assert.equal(await askWith(demo.server.url + path, headers), 403, JSON.stringify(headers))
      }
      assert.equal(await askWith(`${demo.server.url}/demo/commands`, headers, 'POST'), 403)
    }
    const preflight = await fetch(`${demo.server.url}/demo/commands`, {
      method: 'OPTIONS',
      headers: { 'Access-Control-Request-Method': 'POST' }
    })
    assert.deepEqual([preflight.status, preflight.headers.get('access-control-allow-origin')], [405, null])
    assert.deepEqual(demo.stage.calls, ['kill 1'])
  })

  it('sends the state at once and after each change, and ends when the demo does', async () => {
    const demo = await open()
    const response = await fetch(`${demo.server.url}/demo/events`)
    assert.equal(response.headers.get('content-type'), 'text/event-stream')
    const states: { peers: { state: string }[] }[] = []
    let text = ''
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk
      const events = text.split('\n\n')
      text = events.pop()!
      for (const event of events) {
        const data = /^event: state\ndata: (.+)$/.exec(event)?.[1]
        if (data !== undefined) states.push(JSON.parse(data))
      }
      if (states.length === 1) {
        await demo.stage.kill(3)
        demo.server.changed()
        demo.server.changed()
      }
      if (states.length === 2) await demo.server.close()
    }
    assert.deepEqual(
      states.map(({ peers }) => peers[2]!.state),
      ['running', 'killed']
    )
  })
})
