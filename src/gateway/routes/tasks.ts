/** Long-running work of this peer: what is under way, and what ended lately. */
import { NotFoundError } from '../../errors.ts'
import type { TaskInspector } from '../../users/ring-report.ts'
import type { App } from '../exchange.ts'
import { task, tasks } from '../openapi/answers.ts'
import type { RouteDescription } from '../openapi/description.ts'
import { TASK } from '../openapi/examples.ts'
import { checkQuery, noQuery } from '../schemas.ts'

export const TASKS_PATH = '/v1/tasks'

export const TASKS_ROUTES: readonly RouteDescription[] = [
  {
    method: 'GET',
    path: TASKS_PATH,
    operation: 'listTasks',
    tag: 'Peer',
    summary: 'Long-running work',
    detail:
      'Leaving, placement, snapshots and recoveries: what is under way, and what ended lately, the latest first.',
    answers: { 200: { what: 'The tasks', schema: tasks, example: { items: [TASK] } } },
    errors: []
  },
  {
    method: 'GET',
    path: `${TASKS_PATH}/:task`,
    operation: 'getTask',
    tag: 'Peer',
    summary: 'One task',
    answers: { 200: { what: 'The task', schema: task, example: TASK } },
    errors: ['NotFoundError']
  }
]

export function tasksRoutes(app: App, inspector: TaskInspector): void {
  app.get(TASKS_PATH, c => {
    checkQuery(noQuery, c.env.url.searchParams)
    return c.json({ items: inspector.list() })
  })

  app.get(`${TASKS_PATH}/:task`, c => {
    checkQuery(noQuery, c.env.url.searchParams)
    const id = c.req.param('task')
    const found = inspector.get(id)
    if (found !== undefined) return c.json(found)
    throw new NotFoundError(
      `This peer has no task ${JSON.stringify(id)}: it ended long ago, or was one of an earlier start; ${TASKS_PATH} lists those that are known`
    )
  })
}
