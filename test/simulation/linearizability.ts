/**
 * Whether a history of one user could have come from one copy of it: the search of Wing, Gong and Lowe. It knows
 * nothing of versions or of the protocol. Calls of different users need not be looked at together: a history is
 * linearizable if that of every user is.
 */
import { type Call, isOffline, type State, stateAfter } from './history.ts'

export type Linearizability =
  | { readonly kind: 'yes' }
  /** No order explains the history; so many calls could be explained at most. */
  | { readonly kind: 'no'; readonly explained: number }
  /** Not decided within the steps allowed. */
  | { readonly kind: 'undecided' }

/** Decided within a few hundred as a rule; counted and not timed, so that a verdict does not depend on the machine. */
const STEPS_MAX = 2_000_000

/** A call or its answer, in a list of those that are not explained yet, in order of time. */
interface Event {
  readonly call: number
  readonly isCall: boolean
  /** Of a call: its answer, if one came. */
  answer: Event | undefined
  before: Event | undefined
  after: Event | undefined
}

export function checkLinearizable(history: readonly Call[], stepsMax = STEPS_MAX): Linearizability {
  return new Search(withReads(history.filter(isToBeExplained))).run(stepsMax)
}

/** What never happened, and reads of which nobody knows the answer, explain nothing and forbid nothing. */
function isToBeExplained({ request, answer }: Call): boolean {
  return answer.kind !== 'rejected' && !(request.kind === 'get' && answer.kind === 'unknown')
}

/** An answer that tells how the user was at some later moment is a read of its own. */
function withReads(history: readonly Call[]): Call[] {
  return history.flatMap(call => {
    if (call.answer.kind !== 'conflict' || !call.answer.later) return [call]
    const { state, version } = call.answer
    return [call, { ...call, request: { kind: 'get' }, answer: { kind: 'read', state, version } }]
  })
}

class Search {
  readonly #calls: readonly Call[]
  readonly #head: Event = { call: -1, isCall: true, answer: undefined, before: undefined, after: undefined }
  readonly #explained: Int32Array
  readonly #seen = new Set<string>()
  readonly #taken: (readonly [Event, State])[] = []
  #state: State
  #answeredLeft: number

  constructor(calls: readonly Call[]) {
    this.#calls = calls
    this.#explained = new Int32Array((calls.length + 31) >> 5)
    this.#answeredLeft = calls.filter(isAnswered).length
    this.#list()
  }

  run(stepsMax: number): Linearizability {
    let most = 0
    let at = this.#head.after
    for (let step = 0; step < stepsMax; step++) {
      if (this.#answeredLeft === 0) return { kind: 'yes' }
      if (at?.isCall === true) {
        const next = effect(this.#calls[at.call]!, this.#state)
        if (next.possible && this.#isNew(at.call, next.state)) {
          this.#take(at, next.state)
          most = Math.max(most, this.#taken.length)
          at = this.#head.after
        } else at = at.after
      } else {
        // An answer whose call is not explained: what was taken last was wrong.
        const last = this.#taken.pop()
        if (last === undefined) return { kind: 'no', explained: most }
        at = this.#giveBack(...last).after
      }
    }
    return { kind: 'undecided' }
  }

  #list(): void {
    const times = this.#calls.flatMap((call, index) => [
      { index, isCall: true, ms: call.calledMs },
      ...(isAnswered(call) ? [{ index, isCall: false, ms: call.answeredMs }] : [])
    ])
    // Of a call and an answer at one time the call is first: they may have been at the same time.
    times.sort((a, b) => a.ms - b.ms || Number(b.isCall) - Number(a.isCall))
    const calls: Event[] = []
    let last = this.#head
    for (const { index, isCall } of times) {
      const event: Event = { call: index, isCall, answer: undefined, before: last, after: undefined }
      last.after = event
      last = event
      if (isCall) calls[index] = event
      else calls[index]!.answer = event
    }
  }

  /** Whether these calls explained and this state were never met before, with this call explained too. */
  #isNew(call: number, state: State): boolean {
    const bit = 1 << (call & 31)
    this.#explained[call >> 5]! |= bit
    const key = `${this.#explained.join()}|${state}`
    this.#explained[call >> 5]! &= ~bit
    if (this.#seen.has(key)) return false
    this.#seen.add(key)
    return true
  }

  #take(event: Event, state: State): void {
    this.#taken.push([event, this.#state])
    this.#state = state
    this.#explained[event.call >> 5]! |= 1 << (event.call & 31)
    unlink(event)
    if (event.answer !== undefined) {
      unlink(event.answer)
      this.#answeredLeft--
    }
  }

  #giveBack(event: Event, state: State): Event {
    this.#state = state
    this.#explained[event.call >> 5]! &= ~(1 << (event.call & 31))
    if (event.answer !== undefined) {
      relink(event.answer)
      this.#answeredLeft++
    }
    relink(event)
    return event
  }
}

function isAnswered({ answer }: Call): boolean {
  return answer.kind !== 'unknown'
}

function unlink(event: Event): void {
  event.before!.after = event.after
  if (event.after !== undefined) event.after.before = event.before
}

function relink(event: Event): void {
  event.before!.after = event
  if (event.after !== undefined) event.after.before = event
}

interface Step {
  readonly possible: boolean
  readonly state: State
}

const IMPOSSIBLE: Step = { possible: false, state: undefined }

/** The state after the call if it took effect in `state` and was answered as it was. */
function effect({ request, answer }: Call, state: State): Step {
  const to = (possible: boolean, next: State): Step => (possible ? { possible, state: next } : IMPOSSIBLE)
  const holds =
    request.kind === 'create'
      ? state === undefined
      : request.kind === 'replace'
        ? state === request.expected
        : request.kind !== 'patch' || (state !== undefined && !(request.leases && isOffline(state)))
  const after = holds ? stateAfter(request, state) : state
  switch (answer.kind) {
    case 'read':
      return to(answer.state === state, state)
    case 'done':
      if (request.kind === 'delete') return to(state !== undefined, undefined)
      return to(holds && (answer.state === undefined || answer.state === after), after)
    case 'offline':
      return to(isOffline(state), state)
    case 'absent':
      return to(state === undefined, undefined)
    case 'conflict':
      return to(!holds && (answer.later || answer.state === state), state)
    case 'gone':
    case 'unknown':
      return to(true, after)
    case 'rejected':
      return IMPOSSIBLE
  }
}
