import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fingerText } from '../../src/output/finger-file.ts'
import { logLine } from '../../src/output/log-file.ts'
import { USERS_SHOWN_MAX, type UserRow, usersText } from '../../src/output/users-file.ts'
import type { Status } from '../../src/users/user.ts'
import { FIRST_PEER, SECOND_PEER, selfReport } from '../cli/reports.ts'

const self = selfReport()
const hash = (start: string) => start.padEnd(40, '0')
const row = (id: string, start: string, status: Status): UserRow => ({ id, hash: hash(start), status })
const none = { count: 0, rows: [] }

describe('users.txt', () => {
  it('has the form of the original: users by hash, then the backups', () => {
    const users = {
      count: 2,
      rows: [row('7', '00ab12cd', 'ONLINE'), row('ada@example.org', '7902699b', 'AWAY')]
    }
    const backups = { count: 1, rows: [row('12', '9c3b1a00', 'OFFLINE')] }
    assert.equal(
      usersText(self, users, backups),
      [
        `ID: 2f91c04e ${FIRST_PEER}`,
        'ID\tHASH\tSTATUS',
        '',
        ' 7\t00ab12cd\tONLINE',
        'ada@example.org\t7902699b\tAWAY',
        '',
        'BACKUP',
        '12\t9c3b1a00\tOFFLINE',
        ''
      ].join('\n')
    )
  })

  it('has its sections even when there are no users', () => {
    assert.equal(usersText(self, none, none), `ID: 2f91c04e ${FIRST_PEER}\nID\tHASH\tSTATUS\n\n\nBACKUP\n`)
  })

  it('says how many more there are above 1,000, without reading them', () => {
    let read = 0
    function* rows() {
      for (let id = 1; ; id++) {
        read++
        yield row(String(id), '00000000', 'ONLINE')
      }
    }
    const lines = usersText(self, { count: 1_000_000, rows: rows() }, none).split('\n')
    assert.equal(read, USERS_SHOWN_MAX)
    assert.equal(lines[3 + USERS_SHOWN_MAX], '… and 999000 more')
  })
})

describe('finger.txt', () => {
  it('has the form of the original, and the successors', () => {
    assert.equal(
      fingerText(self),
      [
        `ID: 2f91c04e ${FIRST_PEER}`,
        `PRED: 9c3b1a00 ${SECOND_PEER}`,
        `  0: 9c3b1a00 ${SECOND_PEER}`,
        `159: 2f91c04e ${FIRST_PEER}`,
        'SUCC:',
        `  0: 9c3b1a00 ${SECOND_PEER}`,
        ''
      ].join('\n')
    )
  })

  it('says so when there is no predecessor', () => {
    assert.match(fingerText(selfReport({ predecessor: null })), /^PRED: none$/m)
  })
})

describe('log.txt', () => {
  it('has lines with the time as in the original, in UTC', () => {
    const nowMs = Date.UTC(2024, 11, 1, 10, 0, 0, 7)
    assert.equal(logLine(nowMs, 'Joined'), '[2024-12-01 10:00:00.007000] Joined\n')
  })

  it('keeps a message with line breaks on one line', () => {
    assert.equal(logLine(0, 'a\nb\r\nc'), '[1970-01-01 00:00:00.000000] a b c\n')
  })
})
