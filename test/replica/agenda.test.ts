import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Agenda } from '../../src/replica/agenda.ts'
import { chooseSeed, seededRandom } from '../simulation/random.ts'

const seed = chooseSeed()

test('what is due is what was last set, whatever came before and in whatever order', () => {
  const random = seededRandom(seed, 'agenda')
  const agenda = new Agenda()
  const model = new Map<string, number>()
  for (let nowMs = 0; nowMs < 20_000; nowMs += Math.floor(random.next() * 300)) {
    const key = `${Math.floor(random.next() * 50)}`
    const dueMs = random.next() < 0.3 ? undefined : nowMs + Math.floor(random.next() * 5_000)
    agenda.set(key, dueMs)
    if (dueMs === undefined) model.delete(key)
    else model.set(key, dueMs)
    const due = [...model].filter(([, at]) => at <= nowMs).map(([each]) => each)
    assert.deepEqual(agenda.due(nowMs, 100).sort(), due.sort(), `at ${nowMs}`)
    const some = agenda.due(nowMs, 3)
    assert.ok(some.length === Math.min(3, due.length) && some.every(each => due.includes(each)))
    if (random.next() < 0.5) for (const each of some) agenda.set(each, undefined)
    if (random.next() < 0.5) for (const each of some) agenda.set(each, model.get(each))
    for (const each of some) if (agenda.due(1e9, 100).includes(each) === false) model.delete(each)
  }
})
