/** Peers that ask and answer over rpc streams, sound ones and others. All are stopped after the tests of the file. */

import { after } from 'node:test'
import type { Stream } from '@libp2p/interface'
import { type Frame, FrameDecoder } from '../../src/network/frame.ts'
import { answerHello } from '../../src/network/hello.ts'
import { type CallResult, type MessageHandler, RpcEndpoint, type RpcHandler } from '../../src/network/rpc.ts'
import { type Member, type MemberOptions, PROTOCOL, startMember } from './member.ts'

export const echo: RpcHandler = (_from, body) => body
export const endings: (() => Promise<unknown>)[] = []
after(async () => {
  await Promise.all(endings.map(end => end()))
})

export async function endpoint(
  handler: RpcHandler = echo,
  options?: MemberOptions & { readonly message?: MessageHandler }
): Promise<Member & { rpc: RpcEndpoint }> {
  const member = await startMember(options)
  const rpc = new RpcEndpoint(member.wire, PROTOCOL, { request: handler, message: options?.message })
  await rpc.start()
  endings.push(async () => {
    await rpc.stop()
    await member.stop()
  })
  return { ...member, rpc }
}

/** A peer that is sound up to its hello and then does `behave` with every stream that is opened to it. */
export async function impostor(behave: (stream: Stream) => void): Promise<Member> {
  const member = await startMember()
  await member.wire.registrar.handle(PROTOCOL, async (stream, connection) => {
    await answerHello(stream, connection.remotePeer.toString(), member.wire.hello, member.wire.runtime.clock)
    behave(stream)
  })
  endings.push(member.stop)
  return member
}

export function onFrames(stream: Stream, act: (frame: Frame) => void): void {
  const decoder = new FrameDecoder()
  stream.addEventListener('message', ({ data }) => {
    decoder.push(data)
    for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) act(frame)
  })
}

export const text = (value: string) => new TextEncoder().encode(value)
export const said = (result: CallResult) =>
  result.kind === 'reply' ? new TextDecoder().decode(result.body) : `${result.kind}`
export const within = { timeoutMs: 5_000 }
