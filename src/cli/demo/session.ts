/** A demo that runs: its ring, its load, its meters, and the commands that come from the prompt and over HTTP. */
import { errorName } from '../../errors.ts'
import type { Random } from '../../runtime.ts'
import { printable, shortPeer } from '../render.ts'
import { line, type Terminal } from '../terminal.ts'
import { type DemoPeer, FailedStart } from './demo-peer.ts'
import { DemoRing, PEERS_MAX } from './demo-ring.ts'
import { DemoServer } from './demo-server.ts'
import { Interpreter, type Stage } from './interpreter.ts'
import { Load } from './load.ts'
import { Screen } from './screen.ts'
import { type DemoState, statusText } from './state.ts'

/** Often enough that a takeover is seen to be going on. */
const METERS_EVERY_MS = 500

export interface SessionOptions {
  readonly terminal: Terminal
  readonly directory: string
  readonly random: Random
  /** Ends starting. */
  readonly signal: AbortSignal
}

export class Session {
  readonly ring: DemoRing
  readonly #load: Load
  readonly #screen: Screen
  readonly #interpreter: Interpreter
  readonly #options: SessionOptions
  readonly #quit = Promise.withResolvers<'quit'>()
  #server: DemoServer | undefined
  #meters: NodeJS.Timeout | undefined

  constructor(options: SessionOptions) {
    const { terminal, directory, random, signal } = options
    this.#options = options
    this.#screen = new Screen(terminal)
    this.ring = new DemoRing({
      directory,
      env: terminal.env,
      signal,
      dashboard: () => this.#server?.origin,
      onChange: () => this.#changed(),
      onFault: () => this.#load.faulted(),
      onDeath: (peer, how) => this.#died(peer, how)
    })
    this.#load = new Load({
      gateways: () => this.ring.gateways,
      random,
      onWrong: what => this.#complain(`wrong answer: ${what}`)
    })
    this.#interpreter = new Interpreter(this.#stage())
  }

  get state(): DemoState {
    return { ...this.ring.info, ...this.#load.info }
  }

  /** Settles when somebody asks for the end of the demo by a command. */
  get quit(): Promise<'quit'> {
    return this.#quit.promise
  }

  /** Opens the port for programs and the dashboard; resolves with its URL. To be done before peers start, which let it in. */
  async serve(): Promise<string> {
    this.#server = await DemoServer.open({
      run: command => this.#runFromAfar(command),
      state: () => this.state,
      gateway: () => (this.ring.gateways[0] ?? this.ring.peers[0]!.info).url ?? '',
      random: this.#options.random
    })
    return this.#server.url
  }

  /** The load begins, the meters are shown, and commands are taken. `interrupt`: Ctrl-C where it is not a signal. */
  run(interrupt: () => void): void {
    this.#load.start()
    this.#meters = setInterval(() => this.#changed(), METERS_EVERY_MS)
    this.#screen.read({
      onLine: text => this.#runHere(text),
      onInterrupt: interrupt,
      onLeave: () => this.#quit.resolve('quit')
    })
    this.#changed()
  }

  /** Everything but the peers; what is said from now on is said plainly. */
  async stop(): Promise<void> {
    clearInterval(this.#meters)
    this.#meters = undefined
    this.#screen[Symbol.dispose]()
    const server = this.#server
    this.#server = undefined
    await Promise.all([this.#load.stop(), server?.close()])
  }

  #stage(): Stage {
    const { ring } = this
    const load = this.#load
    const quit = this.#quit
    const state = () => this.state
    return {
      get state() {
        return state()
      },
      peersMax: PEERS_MAX,
      sidesAfter: numbers => ring.sidesAfter(numbers),
      kill: number => ring.kill(number),
      drain: number => ring.drain(number),
      start: number => ring.start(number),
      pause: number => ring.pause(number),
      resume: number => ring.resume(number),
      leave: number => ring.leave(number),
      add: () => ring.add(),
      partition: numbers => ring.partition(numbers),
      join: () => ring.join(),
      setLoad: async on => (on ? load.start() : load.stop()),
      quit: () => quit.resolve('quit'),
      nowMs: () => performance.now()
    }
  }

  /** What is wrong with a command is said, and ends nothing. */
  async #runHere(text: string): Promise<void> {
    try {
      this.#say(await this.#interpreter.run(text))
    } catch (error) {
      if (this.#options.signal.aborted) return // the demo ends, and with it what was under way
      this.#complain(reasonOf(error))
    }
  }

  /** The person at the prompt sees what others do. */
  async #runFromAfar(text: string): Promise<readonly string[]> {
    const said = await this.#interpreter.run(text)
    if (!/^\s*(\?|help|status)?\s*$/i.test(text)) this.#say(said)
    return said
  }

  #say(lines: readonly string[]): void {
    const { out } = this.#screen
    for (const text of lines) line(out, `  ${printable(text)}`)
    this.#changed()
  }

  #complain(text: string): void {
    const { err } = this.#screen
    const [first = '', ...rest] = text.split('\n')
    line(err, `  ${err.colours.red('✗')} ${printable(first)}`)
    for (const each of rest) line(err, `    ${printable(each)}`)
  }

  #died(peer: DemoPeer, how: number | string): void {
    const { err } = this.#screen
    const { bold, red, yellow } = err.colours
    const { number, state, peerId } = peer
    const name = `peer ${number}${peerId === undefined ? '' : `  ${bold(shortPeer(peerId))}`}`
    if (state === 'left') line(err, `  ${yellow('○')} ${name} has left the ring`)
    else if (state === 'stopped')
      line(err, `  ${yellow('○')} ${name} has stopped; start ${number} brings it back`)
    else line(err, `  ${red('✗')} ${name} is dead (${how}); start ${number} brings it back`)
  }

  #changed(): void {
    this.#server?.changed()
    if (this.#meters !== undefined) {
      this.#screen.show(statusText(this.state, this.#screen.err.colours), performance.now())
    }
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof FailedStart) return `${error.message}:\n${error.reason}`
  const message = error instanceof Error ? error.message : String(error)
  return errorName(error) === undefined && error instanceof Error ? `${error.name}: ${message}` : message
}
