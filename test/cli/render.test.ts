import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import picocolors from 'picocolors'
import { renderStatus } from '../../src/cli/peer-status.ts'
import { duration, printable, table, visibleLength } from '../../src/cli/render.ts'
import { renderCheck } from '../../src/cli/ring-check.ts'
import { renderLookup } from '../../src/cli/ring-lookup.ts'
import { renderRing } from '../../src/cli/ring-show.ts'
import { programAsTyped } from '../../src/cli/system-terminal.ts'
import { FIRST_PEER, lookupReport, peerReport, ringReport, secondPeerReport, selfReport } from './reports.ts'

const plain = picocolors.createColors(false)
const colours = picocolors.createColors(true)

describe('ring show', () => {
  it('has a line for every peer under a header and a legend', () => {
    assert.equal(
      renderRing(ringReport({ peers: [peerReport(), secondPeerReport] }), plain).join('\n'),
      `Ring 2f91c04e ready: yes   2 peers   replicas 3   12,480 users   0 slots under-replicated
U/D = up/down, N/J/L = normal/joining/leaving
--  PEER      ADDRESS                       POSITION    OWNS   SLOTS   LEADS   USERS
UN  …f3Ka  *  /ip4/127.0.0.1/tcp/50051      2f91c04e   19.8%     154      51   7,451
DL  …9sKa     /ip4/192.168.1.20/tcp/50051   9c3b1a00   80.2%   1,024     205   5,029`
    )
  })

  it('says no, and explains the letter of a suspect', () => {
    const lines = renderRing(ringReport({ ready: false, peers: [peerReport({ status: 'suspect' })] }), plain)
    assert.match(lines[0]!, /ready: no {3}1 peer {3}/)
    assert.match(lines[1]!, /^U\/S\/D = up\/suspect\/down, /)
    assert.match(lines[3]!, /^SN /)
  })

  it('aligns its columns in colour as well', () => {
    const report = ringReport({ peers: [peerReport(), secondPeerReport] })
    const widths = (painted: string[]) => painted.map(visibleLength)
    assert.deepEqual(widths(renderRing(report, colours)), widths(renderRing(report, plain)))
    assert.ok(renderRing(report, colours).join('\n').includes('\u001b['))
  })
})

describe('ring lookup', () => {
  it('says where a user lives', () => {
    assert.equal(
      renderLookup(lookupReport, false, plain).join('\n'),
      `user     7
key      7902699b   slot 121
owner    …9sKa
held by  …9sKa …f3Ka   epoch 4`
    )
  })

  it('draws the hops with their times when asked to', () => {
    assert.equal(
      renderLookup(lookupReport, true, plain).slice(4).join('\n'),
      `
● the peer asked
├─▶ …f3Ka   2f91c04e   0.8 ms   nearest before the key
└─▶ …9sKa   9c3b1a00    12 ms   owns the key
2 hops, 13 ms`
    )
  })

  it('says so when nobody that holds the user could be reached, and when there was nothing to ask', () => {
    const lines = renderLookup({ ...lookupReport, view: null, hops: [] }, true, plain)
    assert.equal(lines[3], 'held by  nobody that could be reached')
    assert.equal(lines.at(-1), '● the peer asked knew it: no hops')
  })
})

describe('ring check', () => {
  it('is one line for a ring that is ready, and a line per reason otherwise', () => {
    assert.deepEqual(renderCheck(ringReport(), plain), ['✓ ring 2f91c04e is ready: 1 peer, 256 slots'])
    const problems = [
      { code: 'slot-silent', detail: 'Slot 17 is not answered for' },
      { code: 'split', detail: 'Two rings' }
    ]
    assert.deepEqual(renderCheck(ringReport({ ready: false, problems }), plain), [
      '✗ ring 2f91c04e is not ready: 2 problems',
      '  slot-silent   Slot 17 is not answered for',
      '  split         Two rings'
    ])
  })
})

describe('peer status', () => {
  it('shows neighbours, slots and health', () => {
    assert.equal(
      renderStatus(selfReport(), ['[+]storage ok', '[-]ring joining'], plain).join('\n'),
      `peer        ${FIRST_PEER}
ring        2f91c04e   normal
addresses   /ip4/127.0.0.1/tcp/50051/p2p/${FIRST_PEER}
position    2f91c04e
predecessor …9sKa 9c3b1a00
successors  …9sKa 9c3b1a00
slots       2 slots held, 1 of them led
health      [+]storage ok
            [-]ring joining`
    )
  })
})

describe('rendering', () => {
  it('pads cells by what is seen of them', () => {
    const columns = [{ title: 'A' }, { title: 'B', align: 'right' }] as const
    assert.deepEqual(
      table(columns, [
        [colours.red('xx'), '1'],
        ['y', '22']
      ]),
      ['A     B', `${colours.red('xx')}    1`, 'y    22']
    )
  })

  it('takes the power over the terminal from what others wrote', () => {
    assert.equal(printable('a\u001b[2Jb\u009bc\r\nd'), 'a\ufffd[2Jb\ufffdc\ufffd\nd')
  })

  it('writes durations in the unit that a person would', () => {
    assert.deepEqual([0.84, 12.3, 999.4, 1_500, 61_000].map(duration), [
      '0.8 ms',
      '12 ms',
      '999 ms',
      '1.5 s',
      '1 min 1 s'
    ])
  })

  it('names the program as it can be typed again', () => {
    const path = '/usr/bin:/opt/bin'
    assert.equal(programAsTyped('/opt/bin/anillo', path, '/home/ada'), 'anillo')
    assert.equal(programAsTyped('/home/ada/anillo/bin/anillo', path, '/home/ada/anillo'), './bin/anillo')
    assert.equal(programAsTyped('/srv/anillo/bin/anillo', path, '/home/ada'), '/srv/anillo/bin/anillo')
  })
})
