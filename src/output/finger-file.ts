/** `finger.txt`: the pointers of the peer's first ring node, in the form of the original. */
import type { SelfReport } from '../users/ring-report.ts'
import { type NodeName, nodeText } from './node-text.ts'

export function fingerText(self: SelfReport): string {
  const { predecessor, fingers, successors } = self
  const lines = [
    `ID: ${nodeText(self)}`,
    `PRED: ${predecessor === null ? 'none' : nodeText(predecessor)}`,
    ...fingers.map(finger => row(finger.index, finger)),
    'SUCC:',
    ...successors.map((successor, index) => row(index, successor))
  ]
  return `${lines.join('\n')}\n`
}

function row(index: number, node: NodeName): string {
  return `${String(index).padStart(3)}: ${nodeText(node)}`
}
