import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { TransferRecord } from '../../src/replica/replica-rpc.ts'
import { type Faults, SLOT, setOperation, type TestPeer, twoPeers } from './fixtures.ts'

const never = new AbortController().signal

async function holders(...peers: TestPeer[]): Promise<string[]> {
  const answers = await Promise.all(peers.map(({ table }) => table.execute(SLOT, { kind: 'get', id: 'ada' })))
  return peers.filter((_, at) => answers[at]!.kind === 'done').map(({ name }) => name)
}

async function statusOf(peer: TestPeer, id: string): Promise<string | undefined> {
  const result = await peer.table.execute(SLOT, { kind: 'get', id })
  assert.equal(result.kind, 'done')
  return result.outcome.user?.status
}

describe('handing a slot over', () => {
  it('moves every user, answers with the next view, and drops the rows here', async () => {
    const [a, b] = await twoPeers()
    for (let i = 0; i < 3000; i++) await a.table.execute(SLOT, setOperation(`user-${i}`))
    assert.equal(await a.handover.move(SLOT, 'b', never), true)
    assert.deepEqual(await holders(a, b), ['b'])
    assert.equal(b.table.users(SLOT), 3000)
    assert.equal(await statusOf(b, 'user-2999'), 'ONLINE')
    const redirected = await a.table.execute(SLOT, { kind: 'get', id: 'ada' })
    assert.deepEqual(redirected, { kind: 'elsewhere', view: b.table.known(SLOT) })
    assert.equal(a.table.handOffs().length, 0)
    assert.deepEqual(
      [...a.store.range({ start: Uint8Array.of(0x73, 0, 0, 2), end: Uint8Array.of(0x73, 0, 0, 3) })],
      []
    )
  })

  it('goes there and back again, with versions that never repeat', async () => {
    const [a, b] = await twoPeers()
    const versions = new Set<string>()
    for (const [from, to] of [
      [a, b],
      [b, a],
      [a, b]
    ] as const) {
      const result = await from.table.execute(SLOT, setOperation('ada'))
      assert.equal(result.kind, 'done')
      versions.add(result.outcome.version)
      assert.equal(await from.handover.move(SLOT, to.name, never), true)
    }
    assert.equal(versions.size, 3)
    assert.equal(b.table.known(SLOT)?.epoch, 4)
  })

  it('keeps every write that was acknowledged while it happened', async () => {
    const [a, b] = await twoPeers()
    const acknowledged: string[] = []
    let moved = false
    const writer = async (lane: number) => {
      for (let i = 0; !moved; i++) {
        const id = `user-${lane}-${i}`
        const result = await a.table.execute(SLOT, setOperation(id))
        if (result.kind === 'done') acknowledged.push(id)
        await new Promise(setImmediate)
      }
    }
    const writers = [0, 1, 2, 3].map(writer)
    moved = await a.handover.move(SLOT, 'b', never)
    await Promise.all(writers)
    assert.ok(moved && acknowledged.length > 0)
    for (const id of acknowledged) assert.equal(await statusOf(b, id), 'ONLINE')
  })

  const breaks: Record<string, Faults> = {
    'a row lost on the way': {
      *transfer(records) {
        let rows = 0
        for (const record of records) if (record.type !== 'row' || rows++ !== 1) yield record
      }
    },
    'a stream that ends before its end record': {
      *transfer(records) {
        for (const record of records) if (record.type !== 'end') yield record
      }
    },
    'a changed byte': {
      *transfer(records) {
        for (const record of records)
          yield record.type === 'row' ? ({ ...record, value: Buffer.from('x') } as TransferRecord) : record
      }
    },
    'a lost verdict': { loseVerdict: true }
  }
  for (const [what, faults] of Object.entries(breaks)) {
    it(`leaves the slot where it was after ${what}, and goes well the next time`, async () => {
      const [a, b] = await twoPeers(1, faults)
      for (let i = 0; i < 5; i++) await a.table.execute(SLOT, setOperation(`user-${i}`))
      assert.equal(await a.handover.move(SLOT, 'b', never), false)
      assert.deepEqual(await holders(a, b), ['a'])
      await a.table.execute(SLOT, setOperation('late'))
      delete faults.transfer
      faults.loseVerdict = false
      assert.equal(await a.handover.move(SLOT, 'b', never), true)
      assert.equal(b.table.users(SLOT), 6)
    })
  }

  it('once given up is never taken back: a lost install is repeated, over restarts of both', async () => {
    const faults: Faults = { loseInstall: true }
    const [a, b] = await twoPeers(1, faults)
    await a.table.execute(SLOT, setOperation('ada', 'BUSY'))
    await a.handover.move(SLOT, 'b', never)
    assert.deepEqual(await holders(a, b), [])
    a.restart()
    b.restart()
    assert.deepEqual(await holders(a, b), [])
    faults.loseInstall = false
    await a.handover.remind(never)
    assert.deepEqual(await holders(a, b), ['b'])
    assert.equal(await statusOf(b, 'ada'), 'BUSY')
    assert.equal(a.table.handOffs().length, 0)
  })

  it('repeats an install whose answer was lost without disturbing what was written since', async () => {
    const faults: Faults = { loseInstallReply: true }
    const [a, b] = await twoPeers(1, faults)
    await a.table.execute(SLOT, setOperation('ada'))
    await a.handover.move(SLOT, 'b', never)
    await b.table.execute(SLOT, setOperation('ada', 'AWAY'))
    faults.loseInstallReply = false
    await a.handover.remind(never)
    assert.equal(await statusOf(b, 'ada'), 'AWAY')
    assert.deepEqual(await holders(a, b), ['b'])
  })

  it('does not drop the rows of a slot that has come back while its first hand-off was still to be acknowledged', async () => {
    const faults: Faults = { loseInstallReply: true }
    const [a, b] = await twoPeers(1, faults)
    await a.table.execute(SLOT, setOperation('ada'))
    await a.handover.move(SLOT, 'b', never)
    faults.loseInstallReply = false
    assert.equal(await b.handover.move(SLOT, 'a', never), true)
    await a.handover.remind(never)
    assert.equal(await statusOf(a, 'ada'), 'ONLINE')
  })

  it('keeps rows that were staged for a slot on its way back when its first hand-off is acknowledged late', async () => {
    const faults: Faults = { loseInstallReply: true }
    const [a, b] = await twoPeers(1, faults)
    await a.table.execute(SLOT, setOperation('ada'))
    await a.handover.move(SLOT, 'b', never)
    faults.loseInstall = true // b gives the slot back, and crashes before it can say so
    await b.handover.move(SLOT, 'a', never)
    b.restart()
    faults.loseInstall = false
    faults.loseInstallReply = false
    await a.handover.remind(never)
    await b.handover.remind(never)
    assert.deepEqual(await holders(a, b), ['a'])
    assert.equal(await statusOf(a, 'ada'), 'ONLINE')
  })

  it('counts what is arriving as something that a leaving peer still has to wait for', async () => {
    const faults: Faults = { loseInstall: true }
    const [a, b] = await twoPeers(1, faults)
    await a.handover.move(SLOT, 'b', never)
    assert.equal(b.handover.arriving, 1)
    faults.loseInstall = false
    await a.handover.remind(never)
    assert.equal(b.handover.arriving, 0)
  })

  it('refuses what is older than the floor, rows that were not staged, and another disk', async () => {
    const [a, b] = await twoPeers()
    const view = a.table.known(SLOT)!
    await assert.rejects(
      b.table.install(
        { ...view, epoch: 2, members: [{ peer: 'b', store: 'bbbbbbbbbbbbbbbb' }], leader: 'b' },
        ''
      ),
      {
        name: 'TransferError'
      }
    )
    await assert.rejects(
      b.table.install(
        { ...view, epoch: 2, members: [{ peer: 'b', store: 'cccccccccccccccc' }], leader: 'b' },
        ''
      ),
      {
        name: 'TransferError'
      }
    )
    await a.handover.move(SLOT, 'b', never)
    await b.handover.move(SLOT, 'a', never)
    await assert.rejects(
      a.table.receive({ ...view, epoch: 2, members: [{ peer: 'a', store: '' }] }, async () => ''),
      { name: 'TransferError' }
    )
  })

  it('takes in nothing any more when the peer is leaving', async () => {
    const [a, b] = await twoPeers()
    b.handover.close()
    assert.equal(await a.handover.move(SLOT, 'b', never), false)
    assert.deepEqual(await holders(a, b), ['a'])
  })
})
