/**
 * Rules of the protocol, each with the text that takes it away. The simulation must miss every one of them: a rule that
 * nothing misses is either not needed or not tested. A text that no longer occurs fails `mutations.test.ts`.
 * Those that are rare are not missed within some hundred seeds: for each of them there is a test in test/replica, which
 * must fail without the rule.
 */
import type { Wish } from './options.ts'
import type { Patch } from './patched-build.ts'

export interface Mutation {
  readonly name: string
  readonly patches: readonly Patch[]
  /** What the runs are to be like that show it. @default as they come */
  readonly wish?: Wish | undefined
  /** Missed by tests of replicas, and not by seeds. */
  readonly rare: boolean
}

const RARE: ReadonlySet<string> = new Set([
  'a read is answered without asking the others',
  'a refusal does not wait for what it saw',
  'a base that was promised is dropped',
  'a round that was under way confirms too',
  'a snapshot leaves rows that it does not have',
  'install cuts off what was synced',
  'who was given up for a recovery keeps what it has',
  'a learner keeps what a recovery contradicts',
  'a learner keeps what a recovery has not',
  'a recovery is one epoch later',
  'a log is given up before it is saved',
  'of two recoveries the older is not given up',
  'nobody asks what became of its view',
  'who says that it has a base is of the lineage before a recovery'
])

const LEADERSHIP = 'replica/leadership.js'
const LEDGER = 'replica/ledger.js'
const PROPOSAL = 'replica/proposal.js'
const REPLICA = 'replica/replica.js'
const SUCCESSION = 'replica/succession.js'
const VOTER = 'replica/voter.js'
const OPERATION = 'users/operation.js'

const ALL: readonly Omit<Mutation, 'rare'>[] = [
  mutation('one promise is enough', PROPOSAL, 'if (!this.#promises.enough)', 'if (false)'),
  mutation(
    'one member with the base is enough',
    PROPOSAL,
    'if (!this.#synced.enough || !this.#kept.enough)',
    'if (false)'
  ),
  mutation('the former members need not have the base', PROPOSAL, '|| !this.#kept.enough)', ')'),
  mutation('one acceptance is enough', PROPOSAL, 'if (this.#accepted.enough)', 'if (true)'),
  mutation(
    'one copy of an entry is enough',
    LEADERSHIP,
    'const decided = reachedByMajority(this.#ownMatch, this.#others, matchOf)',
    'const decided = Math.max(this.#ownMatch, ...this.#others.map(matchOf))'
  ),
  mutation(
    'the base is the log of the proposer',
    PROPOSAL,
    'const base = promises.map(({ last }) => last).reduce((a, b) => (compareIds(a, b) < 0 ? b : a));',
    'const base = this.#init.ledger.last;'
  ),
  mutation('what others accepted is ignored', PROPOSAL, 'if (accepted.length > 0) {', 'if (false) {'),
  mutation(
    'accept follows without sync',
    PROPOSAL,
    '            this.#sync(this.#value, atMs);\n        else',
    `        {
            this.#progress('accept', atMs);
            this.#toAll(this.#init.current.members, { type: 'accept', ...this.#ofInstance(), view: this.#value });
        }
        else`
  ),
  mutation(
    'a follower appends after the seal',
    'replica/follower.js',
    '(view.leader, from) && !sealed;',
    '(view.leader, from);'
  ),
  {
    name: 'a leader goes on after the seal',
    patches: [
      patch(
        REPLICA,
        'return this.#ledger.sealed ? undefined : this.#leadership;',
        'return this.#leadership;'
      ),
      patch(LEADERSHIP, 'assert(!ledger.sealed, `slot', 'assert(true, `slot'),
      patch(LEADERSHIP, 'if (this.#init.ledger.sealed)', 'if (false)'),
      patch(LEADERSHIP, 'if (ledger.sealed || atMs', 'if (atMs'),
      patch(
        LEADERSHIP,
        'if (ledger.sealed)\n            return;\n        this.#majorityMs',
        'this.#majorityMs'
      )
    ]
  },
  mutation(
    'any start of a leader leads',
    REPLICA,
    'if (!sameIncarnation(view.leader, self))',
    'if (view.leader.peer !== self.peer)'
  ),
  mutation('install without the base', SUCCESSION, 'if (!ledger.has(view.base)) {', 'if (false) {'),
  mutation(
    'install cuts off what was synced',
    SUCCESSION,
    'if (after !== undefined && after < view.epoch)',
    'if (after !== undefined)'
  ),
  {
    name: 'who is a member no more forgets everything',
    patches: [
      patch(LEDGER, 'assert(after.floor >= before.floor,', 'assert(true,'),
      patch(
        SUCCESSION,
        'floor: view.epoch,\n            view: null,\n            next: view,',
        'floor: 0, view: null, next: null,'
      )
    ]
  },
  mutation(
    'a base that was promised is dropped',
    SUCCESSION,
    'if (installed === null && view.epoch === floor && !this.#isLeftover(atMs))',
    'if (false)'
  ),
  mutation(
    'answers leave before the disk has them',
    VOTER,
    'this.#effects().afterPersist.push({ to: to.peer, message });',
    'this.#effects().send.push({ to: to.peer, message });'
  ),
  mutation(
    'a promise leaves before the disk has it',
    VOTER,
    "this.answer(from, { type: 'promised', slot, instance, ballot, accepted, last: this.#ledger.last, tail });",
    `this.#effects().send.push({
            to: from.peer,
            message: { type: 'promised', slot, instance, ballot, accepted, last: this.#ledger.last, tail }
        });`
  ),
  mutation(
    'a leader counts its own copy before the disk has it',
    LEADERSHIP,
    'effects().afterPersist.push({ to: self.peer',
    'effects().send.push({ to: self.peer'
  ),
  mutation(
    'words do not wait for writes under way',
    'replica/journal.js',
    'if (batch === undefined)',
    'if (true)'
  ),
  mutation('damage is not noticed', 'storage/checked-store.js', 'if (!isSound(key, stored))', 'if (false)'),
  mutation(
    'a lease is shorter than it was promised',
    'users/lease.js',
    'logTimeMs + ttlMs',
    'logTimeMs + ttlMs - 500'
  ),
  mutation(
    'a repeated write is told what it would come to now',
    OPERATION,
    'kind: same ? before.kind :',
    "kind: same ? (user === undefined ? 'absent' : 'updated') :"
  ),
  mutation('no write is remembered', OPERATION, 'if (before !== undefined)', 'if (false)'),
  mutation(
    'only writes that changed something are remembered',
    OPERATION,
    '    return {\n        outcome: { kind, user: now, version, replayed: false },',
    '    if (!changed) return { outcome: { kind, user: now, version, replayed: false } };\n    return {\n        outcome: { kind, user: now, version, replayed: false },'
  ),
  mutation(
    'a read is answered without asking the others',
    LEADERSHIP,
    'this.#ask(ticket, 0, () => this.#evaluate(ledger.table.get(key), command, moment).outcome);',
    "this.#init.effects().settle(ticket, { kind: 'done', outcome: this.#evaluate(ledger.table.get(key), command, moment).outcome });"
  ),
  mutation(
    'a read sees what is not committed',
    LEADERSHIP,
    'this.#ask(ticket, 0, () => this.#evaluate(ledger.table.get(key), command, moment).outcome);',
    'this.#ask(ticket, 0, () => this.#evaluate(this.#speculative.get(textOf(key))?.row ?? ledger.table.get(key), command, moment).outcome);'
  ),
  mutation(
    'a condition that failed is answered without asking the others',
    LEADERSHIP,
    'this.#ask(ticket, before?.sequence ?? 0, () => outcome);',
    "this.#init.effects().settle(ticket, { kind: 'done', outcome });"
  ),
  mutation(
    'a refusal does not wait for what it saw',
    LEADERSHIP,
    'this.#whenConfirmed(ticket, before?.sequence ?? 0, () => this.#refuse(ticket, error));',
    'this.#refuse(ticket, error);'
  ),
  mutation(
    'a condition that failed does not wait for what it saw',
    LEADERSHIP,
    'this.#ask(ticket, before?.sequence ?? 0, () => outcome);',
    'this.#ask(ticket, 0, () => outcome);'
  ),
  mutation(
    'a round that was under way confirms too',
    LEADERSHIP,
    'asking.after < confirmed &&',
    'asking.after <= confirmed &&'
  ),
  mutation(
    'a new disk is taken for the old one',
    'replica/view.js',
    'return view.members.some(other => sameMember(other, member));',
    'return view.members.some(other => other.peer === member.peer);'
  ),
  mutation(
    'a snapshot leaves rows that it does not have',
    'replica/snapshot.js',
    'if (!staged.has(textOf(key)))',
    'if (false)'
  ),
  {
    name: 'nobody hands off',
    patches: [
      patch(
        SUCCESSION,
        'if (handOff && next !== null && atMs - this.#handOffMs >= RESEND_MS) {',
        'if (false) {'
      ),
      patch(SUCCESSION, 'if (announcement === undefined || atMs < announcement.nextMs)', 'if (true)')
    ]
  },
  mutation(
    'nobody finishes what was sealed',
    'replica/candidacy.js',
    'if (sealed)',
    'if (sealed) return false; if (sealed)'
  ),
  {
    ...mutation(
      'a recovery touches slots that have a majority',
      'users/census.js',
      'leaders.length === 0 && possible.size < majority(members.length)',
      'true'
    ),
    wish: { recovery: true }
  },
  mutation(
    'who was given up for a recovery keeps what it has',
    SUCCESSION,
    '        this.#leaveLineage(view);\n',
    ''
  ),
  mutation(
    'a learner keeps what a recovery contradicts',
    LEDGER,
    'if (this.view !== null || ![prev, ...entries].some(id => this.differs(id)))',
    'if (true)'
  ),
  mutation(
    'a learner keeps what a recovery has not',
    LEDGER,
    'if (!isBeyond && !this.differs(base))',
    'if (true)'
  ),
  mutation('a recovery is one epoch later', SUCCESSION, 'RECOVERY_EPOCHS + chance', '1'),
  {
    ...mutation('a recovery goes on from an old copy', 'users/recovery.js', '!isOld && ', ''),
    wish: { recovery: true }
  },
  mutation(
    'who says that it has a base is of the lineage before a recovery',
    SUCCESSION,
    ', next: next === null ? current : newerView(next, current)',
    ''
  ),
  mutation(
    'a log is given up before it is saved',
    LEDGER,
    'this.#state.clearing && this.#state.abandoned === null',
    'this.#state.clearing'
  ),
  mutation(
    'of two recoveries the older is not given up',
    SUCCESSION,
    'view.lineage.id === newest.lineage.id',
    'view.lineage.number <= newest.lineage.number'
  ),
  mutation(
    'nobody asks what became of its view',
    'replica/inquiry.js',
    'this.#isOutOfTouch(isFetching, atMs) ||',
    ''
  )
]

export const MUTATIONS: readonly Mutation[] = ALL.map(mutation => ({
  ...mutation,
  rare: RARE.has(mutation.name)
}))

function mutation(name: string, file: string, find: string, replace: string): Omit<Mutation, 'rare'> {
  return { name, patches: [patch(file, find, replace)] }
}

function patch(file: string, find: string, replace: string): Patch {
  return { file, find, replace }
}
