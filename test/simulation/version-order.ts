/**
 * A second opinion on a history of one user, by the versions in its answers. It believes them, so it sees less than the
 * search for an order, but it costs n·log n and no history is too long for it.
 */
import { type Call, describeCall, type State } from './history.ts'

/** An answer that tells a version. */
interface Sighting {
  readonly call: Call
  readonly version: string
  readonly state: State
  /** The call made this version. */
  readonly made: boolean
}

/** What is wrong with the versions of a history; nothing if nothing is. */
export function versionFaults(history: readonly Call[]): string[] {
  const sightings = history.flatMap(sightingsOf)
  return [...meaningFaults(sightings), ...orderFaults(sightings), ...conditionFaults(sightings)]
}

function sightingsOf(call: Call): Sighting[] {
  const { answer } = call
  if (answer.kind !== 'read' && answer.kind !== 'done' && answer.kind !== 'conflict') return []
  if (answer.version === undefined || answer.state === undefined) return []
  const { version, state } = answer
  return [{ call, version, state, made: answer.kind === 'done' }]
}

/** A version is made once, and means one state for ever. */
function meaningFaults(sightings: readonly Sighting[]): string[] {
  const makers = new Map<string, Sighting>()
  const states = new Map<string, Sighting>()
  return sightings.flatMap(sighting => {
    const { version, state, made } = sighting
    const maker = made ? makers.get(version) : undefined
    const other = states.get(version)
    if (made) makers.set(version, sighting)
    states.set(version, sighting)
    if (maker !== undefined) return [fault(`Two writes made version ${version}`, maker, sighting)]
    return other !== undefined && other.state !== state
      ? [fault(`Version ${version} means two states`, other, sighting)]
      : []
  })
}

/** Whoever asked after an answer had come sees nothing older than what that told, and makes only newer versions. */
function orderFaults(sightings: readonly Sighting[]): string[] {
  const byAnswer = sightings.toSorted((a, b) => a.call.answeredMs - b.call.answeredMs)
  const byCall = sightings.toSorted((a, b) => a.call.calledMs - b.call.calledMs)
  const faults: string[] = []
  let newest: Sighting | undefined
  let answered = 0
  for (const sighting of byCall) {
    for (; answered < byAnswer.length; answered++) {
      const past = byAnswer[answered]!
      if (past.call.answeredMs >= sighting.call.calledMs) break
      if (newest === undefined || compareVersions(past.version, newest.version) > 0) newest = past
    }
    if (newest === undefined) continue
    const order = compareVersions(sighting.version, newest.version)
    if (order < 0) faults.push(fault('A later call saw or made an older version', newest, sighting))
    else if (order === 0 && sighting.made)
      faults.push(fault('A later call made the same version', newest, sighting))
  }
  return faults
}

/** Between the version that a write was to replace and the one that it made nobody made another. */
function conditionFaults(sightings: readonly Sighting[]): string[] {
  const made = sightings
    .filter(sighting => sighting.made)
    .sort((a, b) => compareVersions(a.version, b.version))
  return made.flatMap((sighting, at) => {
    const { request } = sighting.call
    const before = made[at - 1]
    if (request.kind !== 'replace' || before === undefined) return []
    return compareVersions(before.version, request.version) > 0
      ? [fault(`Version ${request.version} was replaced though another had come since`, before, sighting)]
      : []
  })
}

/** By epoch, then by sequence. */
export function compareVersions(a: string, b: string): number {
  const [epochA, sequenceA] = a.split('.').map(Number) as [number, number]
  const [epochB, sequenceB] = b.split('.').map(Number) as [number, number]
  return epochA - epochB || sequenceA - sequenceB
}

function fault(what: string, a: Sighting, b: Sighting): string {
  return `${what}: ${describeCall(a.call)} and ${describeCall(b.call)}`
}
