import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AnilloEvent, Events } from '../src/events.ts'

const LEFT: AnilloEvent = { type: 'peer.left', peer: '12D3KooWLeft' }

test('a listener that throws is logged, and keeps nobody else from being told', () => {
  const logged: [string, unknown][] = []
  const events = new Events({ error: (message, fields) => void logged.push([message, fields]) })
  const error = new Error('a defect of whoever listens')
  events.subscribe(() => {
    throw error
  })
  const told: AnilloEvent[] = []
  events.subscribe(event => told.push(event))
  events.emit(LEFT)
  assert.deepEqual(told, [LEFT])
  assert.deepEqual(logged, [['a listener of events failed', { event: 'peer.left', error }]])
})

test('whoever ended its subscription is told nothing more', () => {
  const events = new Events()
  const told: AnilloEvent[] = []
  const end = events.subscribe(event => told.push(event))
  events.emit(LEFT)
  end()
  events.emit(LEFT)
  assert.deepEqual(told, [LEFT])
})
