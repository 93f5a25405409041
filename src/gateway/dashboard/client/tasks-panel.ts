/** Long-running work of the asked peer, and how far it is. */
import type { TaskReport } from '../../../users/ring-report.ts'
import { byId, element } from './element.ts'

const TASKS_SHOWN = 4
const NAMES: Record<TaskReport['kind'], string> = {
  leave: 'Leaving the ring',
  recovery: 'Recovery',
  placement: 'Moving slots',
  'snapshot-in': 'Taking in a slot',
  'snapshot-out': 'Sending a slot'
}

let shownAs = ''

export function showTasks(tasks: readonly TaskReport[]): void {
  const running = tasks.filter(({ state }) => state === 'running')
  const shown = [...running, ...tasks.filter(({ state }) => state !== 'running')].slice(0, TASKS_SHOWN)
  const hidden = tasks.length - shown.length
  const stamp = JSON.stringify([shown, hidden])
  if (stamp === shownAs) return
  shownAs = stamp
  const none = element('li', { class: 'hint' }, 'Nothing is under way, and nothing ended lately.')
  const more = element('li', { class: 'hint' }, `and ${hidden} more, at /v1/tasks`)
  byId('tasks').replaceChildren(
    ...(shown.length === 0 ? [none] : shown.map(row)),
    ...(hidden > 0 ? [more] : [])
  )
}

function row({ id, kind, state, progress, detail }: TaskReport): HTMLElement {
  const item = element(
    'li',
    { class: state, 'data-task': id },
    element('span', { class: 'what' }, NAMES[kind]),
    element('span', { class: 'state' }, state)
  )
  if (progress !== null && state === 'running') {
    const { done, total, unit } = progress
    const bar = element('progress', {
      'aria-label': `${NAMES[kind]}: ${done} of ${total ?? 'unknown'} ${unit}`
    })
    if (total !== null) {
      bar.max = Math.max(1, total)
      bar.value = done
    }
    item.append(
      bar,
      element(
        'small',
        { class: 'done' },
        `${done.toLocaleString('en-US')}${total === null ? '' : ` of ${total.toLocaleString('en-US')}`} ${unit}`
      )
    )
  }
  item.append(element('small', { class: 'detail' }, detail))
  return item
}
