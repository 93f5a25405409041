import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Answer, Call, Request } from './history.ts'
import { type State, stateAfter } from './history.ts'
import { checkLinearizable } from './linearizability.ts'
import { chooseSeed, seededRandom } from './random.ts'
import { compareVersions, versionFaults } from './version-order.ts'

const call = (calledMs: number, answeredMs: number, request: Request, answer: Answer): Call => ({
  user: 'u',
  client: 'c',
  request,
  calledMs,
  answeredMs,
  answer
})
const set = (mark: string): Request => ({ kind: 'set', mark })
const done: Answer = { kind: 'done' }
const unknown: Answer = { kind: 'unknown' }
const saw = (state: State, version?: string): Answer => ({ kind: 'read', state, version })
const get: Request = { kind: 'get' }

describe('linearizability', () => {
  const verdict = (...calls: Call[]) => checkLinearizable(calls).kind
  const a = call(0, 1, set('a'), done)

  test('calls one after the other are explained by themselves', () => {
    const patched = call(2, 3, { kind: 'patch', mark: 'p' }, { kind: 'done', state: 'a/p' })
    assert.equal(verdict(a, patched, call(4, 5, get, saw('a/p'))), 'yes')
    assert.equal(verdict(a, patched, call(4, 5, get, saw('a/'))), 'no', 'the patch is gone')
    const removed = call(6, 7, { kind: 'delete' }, done)
    assert.equal(verdict(a, patched, removed, call(8, 9, get, saw(undefined))), 'yes')
    assert.equal(verdict(a, removed, call(8, 9, { kind: 'delete' }, done)), 'no', 'deleted twice')
    assert.equal(verdict(call(0, 1, { kind: 'patch', mark: 'p' }, done)), 'no', 'nothing was there')
  })

  test('calls at the same time may have happened in any order', () => {
    const b = call(0, 9, set('b'), done)
    assert.equal(verdict(a, b, call(2, 3, get, saw('a/')), call(4, 5, get, saw('b/'))), 'yes')
    assert.equal(verdict(a, b, call(2, 3, get, saw('b/')), call(4, 5, get, saw('a/'))), 'no')
  })

  test('a read of what was replaced before it was asked is found', () => {
    assert.equal(verdict(a, call(2, 3, set('b'), done), call(4, 5, get, saw('a/'))), 'no')
    assert.equal(verdict(a, call(2, 4, set('b'), done), call(3, 5, get, saw('a/'))), 'yes')
  })

  test('an unknown write may happen at any time after it was asked, once, or never', () => {
    const lost = call(2, 3, set('b'), unknown)
    assert.equal(verdict(a, lost, call(4, 5, get, saw('a/'))), 'yes')
    assert.equal(verdict(a, lost, call(4, 5, get, saw('a/')), call(6, 7, get, saw('b/'))), 'yes')
    assert.equal(verdict(a, lost, call(0, 1.5, get, saw('b/'))), 'no', 'before it was asked')
    const back = [call(4, 5, get, saw('b/')), call(6, 7, set('c'), done), call(8, 9, get, saw('b/'))]
    assert.equal(verdict(a, lost, ...back), 'no', 'a second time')
  })

  test('a rejected write must not be seen', () => {
    assert.equal(verdict(call(0, 1, set('a'), { kind: 'rejected' }), call(2, 3, get, saw('a/'))), 'no')
    assert.equal(verdict(call(0, 1, set('a'), { kind: 'rejected' }), call(2, 3, get, saw(undefined))), 'yes')
  })

  test('conditions hold or do not hold at the moment of the call, and a refusal tells the truth', () => {
    const create = (at: number, answer: Answer) => call(at, at + 1, { kind: 'create', mark: 'x' }, answer)
    const conflict = (state: State, later = false): Answer => ({
      kind: 'conflict',
      state,
      version: '1.1',
      later
    })
    assert.equal(verdict(create(0, done)), 'yes')
    assert.equal(verdict(a, create(2, done)), 'no')
    assert.equal(verdict(a, create(2, conflict('a/'))), 'yes')
    assert.equal(verdict(create(0, conflict(undefined))), 'no')
    assert.equal(verdict(a, create(2, conflict('z/', true))), 'no', 'nobody ever wrote that')
    const replace = (at: number, expected: State, answer: Answer) =>
      call(at, at + 1, { kind: 'replace', mark: 'x', version: '1.1', expected }, answer)
    assert.equal(verdict(a, replace(2, 'a/', done), call(4, 5, get, saw('x/'))), 'yes')
    assert.equal(verdict(a, replace(2, 'b/', done)), 'no')
    assert.equal(
      verdict(a, call(2, 3, set('b'), done), replace(4, 'z/', conflict('a/'))),
      'no',
      'a stale refusal'
    )
    assert.equal(verdict(a, call(2, 3, set('b'), done), replace(4, 'a/', conflict('b/'))), 'yes')
  })

  test('a "nothing to delete" that is executed again later is found', () => {
    const first = call(0, 1, { kind: 'delete' }, { kind: 'absent' })
    assert.equal(verdict(first, call(2, 3, set('a'), done), call(4, 5, get, saw(undefined))), 'no')
  })

  test('histories made by one copy are always explained, and a stale read in them is found as a rule', () => {
    const seed = chooseSeed()
    let found = 0
    for (let run = 0; run < 200; run++) {
      const { history, reads } = honestHistory(`${seed} ${run}`)
      assert.equal(checkLinearizable(history).kind, 'yes', `run ${run}`)
      const stale = reads.at(-1)
      if (stale === undefined) continue
      const lie = history.map(other => (other === stale ? { ...other, answer: saw('never/') } : other))
      const { kind } = checkLinearizable(lie)
      assert.notEqual(kind, 'yes', `run ${run}`)
      if (kind === 'no') found++
    }
    assert.ok(found > 100)
  })
})

/** Calls of several clients to one copy, each taking effect somewhere between call and answer. */
function honestHistory(seed: string): { history: Call[]; reads: Call[] } {
  const random = seededRandom(seed, 'history')
  let state: State
  const moments = Array.from({ length: 60 }, (_, at) => at * 10)
  const history = moments.map((atMs, at): Call => {
    const draw = random.next()
    const mark = `m${at}`
    const request: Request =
      draw < 0.4 ? get : draw < 0.7 ? set(mark) : draw < 0.85 ? { kind: 'patch', mark } : { kind: 'delete' }
    const before = state
    state = stateAfter(request, before)
    const answer: Answer =
      random.next() < 0.1
        ? unknown
        : request.kind === 'get'
          ? saw(before)
          : before === undefined && request.kind !== 'set'
            ? { kind: 'absent' }
            : done
    return call(atMs - random.next() * 40, atMs + random.next() * 40, request, answer)
  })
  return { history, reads: history.filter(({ answer }) => answer.kind === 'read') }
}

describe('the order of versions', () => {
  const wrote = (calledMs: number, answeredMs: number, mark: string, version: string) =>
    call(calledMs, answeredMs, set(mark), { kind: 'done', state: `${mark}/`, version })

  test('versions go by epoch, then by number', () => {
    assert.ok(compareVersions('2.3', '10.1') < 0)
    assert.ok(compareVersions('2.10', '2.9') > 0)
  })

  test('a sound history has no fault', () => {
    assert.deepEqual(
      versionFaults([
        wrote(0, 1, 'a', '1.1'),
        call(2, 3, get, saw('a/', '1.1')),
        wrote(2, 5, 'b', '2.2'),
        call(6, 7, get, saw('b/', '2.2')),
        call(6, 7, get, saw(undefined))
      ]),
      []
    )
  })

  test('an old version seen late, one made twice, one with two meanings, one replaced too late: all are found', () => {
    const [a, b] = [wrote(0, 1, 'a', '1.1'), wrote(2, 3, 'b', '1.2')]
    assert.match(versionFaults([a, b, call(4, 5, get, saw('a/', '1.1'))])[0]!, /older version/)
    assert.match(versionFaults([a, wrote(0, 1, 'b', '1.1')])[0]!, /Two writes/)
    assert.match(versionFaults([a, call(4, 5, get, saw('b/', '1.1'))])[0]!, /two states/)
    const late = call(
      2,
      9,
      { kind: 'replace', mark: 'c', version: '1.1', expected: 'a/' },
      { kind: 'done', state: 'c/', version: '1.3' }
    )
    assert.match(versionFaults([a, b, late])[0]!, /another had come since/)
  })
})
