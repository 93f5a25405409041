/** What both checkers say of what clients were told. */
import { type Call, describeCall } from './history.ts'
import { checkLinearizable } from './linearizability.ts'
import { versionFaults } from './version-order.ts'
import type { Witness } from './witness.ts'

/** Tells the witness of every user whose calls no single copy of that user explains. */
export function judgeHistory(history: readonly Call[], witness: Witness): void {
  for (const user of new Set(history.map(call => call.user))) {
    const calls = history.filter(call => call.user === user)
    const verdict = checkLinearizable(calls)
    if (verdict.kind === 'undecided') witness.count('history undecided')
    if (verdict.kind === 'no')
      witness.fault(
        `the history of ${user} is not linearizable (${verdict.explained} of ${calls.length}):\n${calls.map(describeCall).join('\n')}`
      )
    for (const fault of versionFaults(calls)) witness.fault(`versions of ${user}: ${fault}`)
  }
}
