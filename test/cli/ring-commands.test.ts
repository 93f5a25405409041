import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { SLOTS_MAX } from '../../src/ring/slot.ts'
import type { TaskReport } from '../../src/users/ring-report.ts'
import { type Answer, fakeGateway } from './fake-gateway.ts'
import { runAnillo } from './fake-peer.ts'
import { anillo, ok } from './http-command.ts'
import { FIRST_PEER, lookupReport, ringReport, selfReport } from './reports.ts'

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
      '2 slots with 1,200 users go on from 12D3KooWQ7…f3Ka\n1 slot without majority have no current copy there: 5\n'
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
