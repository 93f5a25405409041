/** Flags: how a value is read, and how it comes from the environment when it is not on the command line. */
import { multiaddr } from '@multiformats/multiaddr'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { parseDuration } from '../duration.ts'
import { ConfigurationError } from '../errors.ts'

const PORT_MAX = 65_535

/** A flag that can also be given as `ANILLO_<FLAG>`: --http-port is ANILLO_HTTP_PORT. Precedence: flag, environment, config file, default. */
export class EnvOption extends Option {
  readonly variable: string
  /** The variable that holds in itself what the flag's file would, and the attribute that it becomes. */
  contents: { readonly variable: string; readonly attribute: string } | undefined
  #repeatable = false

  constructor(flags: string, description: string) {
    super(flags, description)
    this.variable = `ANILLO_${this.long!.slice(2).replaceAll('-', '_').toUpperCase()}`
  }

  /** May be given several times; the environment variable holds several values with commas or spaces between. */
  repeatable(parse: (value: string) => string): this {
    this.#repeatable = true
    this.argParser((value: string, previous: string[] = []) => [...previous, parse(value)])
    return this
  }

  /** A secret has no place on a command line, where everybody on the machine can read it; a variable of its own may hold it. */
  orContentsFrom(variable: string, attribute: string): this {
    this.contents = { variable, attribute }
    return this
  }

  /** The value of an environment variable, as the flag's parser reads it; undefined: as if not set. @throws InvalidArgumentError */
  fromEnvironment(text: string): unknown {
    // A variable that is off is a flag that was not given: ANILLO_NO_OUTPUT=0 leaves --output as it is.
    if (!this.required && !this.optional) return booleanValue(text) ? !this.negate : undefined
    const parse = this.parseArg
    if (parse === undefined) return text
    const values = this.#repeatable ? text.split(/[\s,]+/).filter(value => value !== '') : [text]
    return values.reduce<unknown>((previous, value) => parse(value, previous as never), undefined)
  }

  /** A value of the config file: of a flag that is on or off true or false, of one that is repeatable also a list. @throws InvalidArgumentError */
  fromConfig(value: unknown): unknown {
    if (!this.required && !this.optional) {
      if (typeof value !== 'boolean') throw new InvalidArgumentError('Give true or false.')
      return value ? !this.negate : undefined
    }
    const parse = this.parseArg
    const values = this.#repeatable && Array.isArray(value) ? value : [value]
    const kinds = parse === undefined ? ['string'] : ['string', 'number']
    if (!values.every(each => kinds.includes(typeof each))) {
      const one = parse === undefined ? 'text, in quotes if it looks like something else' : 'one value'
      throw new InvalidArgumentError(`Give ${one}${this.#repeatable ? ', or a list of such' : ''}.`)
    }
    if (parse === undefined) return value
    return values.reduce((previous, each) => parse(String(each), previous as never), undefined)
  }
}

/** Sets what the command line left open from the environment; an empty variable counts as not set. */
export function applyEnvironment(command: Command, env: Readonly<Record<string, string | undefined>>): void {
  for (const option of command.options) {
    if (!(option instanceof EnvOption)) continue
    const text = env[option.variable]
    const name = option.attributeName()
    const source = command.getOptionValueSource(name)
    const { contents } = option
    if (contents !== undefined && source !== 'cli' && env[contents.variable]) {
      command.setOptionValueWithSource(contents.attribute, env[contents.variable], 'env')
    }
    if (!text || source === 'cli') continue
    try {
      const value = option.fromEnvironment(text)
      if (value !== undefined) command.setOptionValueWithSource(name, value, 'env')
    } catch (error) {
      if (!(error instanceof InvalidArgumentError)) throw error
      throw new ConfigurationError(`${option.variable} is ${JSON.stringify(text)}: ${error.message}`)
    }
  }
}

function booleanValue(text: string): boolean {
  if (/^(1|true|yes|on)$/i.test(text)) return true
  if (/^(0|false|no|off)$/i.test(text)) return false
  throw new InvalidArgumentError('Give 1 or 0.')
}

export function portValue(text: string): number {
  return wholeNumber(0, PORT_MAX)(text)
}

export function wholeNumber(min: number, max: number): (text: string) => number {
  return text => {
    const value = Number(text)
    if (!/^[0-9]+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`Give a whole number from ${min} to ${max}.`)
    }
    return value
  }
}

/** `30s`, `500ms`, `5m` or `1h`, as milliseconds. */
export function durationValue(text: string): number {
  const ms = parseDuration(text)
  if (ms === undefined) throw new InvalidArgumentError('Give a duration, such as 30s, 5m or 500ms.')
  return ms
}

export function multiaddrValue(text: string): string {
  try {
    return multiaddr(text).toString()
  } catch {
    throw new InvalidArgumentError('Give a multiaddr, such as /ip4/127.0.0.1/tcp/50051.')
  }
}

export function urlValue(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new InvalidArgumentError('Give a URL, such as http://127.0.0.1:5000.')
  }
  return url.href.replace(/\/+$/, '')
}

/** The TCP port of a multiaddr, undefined when it has none. */
export function tcpPort(address: string): number | undefined {
  const tcp = multiaddr(address)
    .getComponents()
    .find(component => component.name === 'tcp')
  return tcp?.value === undefined ? undefined : Number(tcp.value)
}
