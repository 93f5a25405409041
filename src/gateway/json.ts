/**
 * A JSON reader that takes what can be given back exactly and nothing else (RFC 8259, made strict as in RFC 7493):
 * it says where a text breaks, and refuses what `JSON.parse` changes silently: a member named twice, and a number
 * that a double cannot hold. `__proto__` is a member like any other.
 */
import { JSON_DEPTH_MAX } from '../constants.ts'
import { InvalidRequestError } from '../errors.ts'

const BLANK = /[ \t\n\r]*/y
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them in strings
const STRING = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"/y
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const LITERAL = /true|false|null/y
/** How much of a text an error repeats. */
const QUOTE_LENGTH_MAX = 40

/** @throws InvalidRequestError says the position, counted in UTF-16 code units from 0 */
export function parseJson(text: string): unknown {
  const reader = new JsonReader(text)
  const value = reader.value(0)
  reader.end()
  return value
}

class JsonReader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  value(depth: number): unknown {
    if (depth > JSON_DEPTH_MAX) {
      throw this.#error(`is nested more than ${JSON_DEPTH_MAX} levels deep`, this.#at)
    }
    this.#take(BLANK)
    const first = this.#text[this.#at]
    if (first === '{') return this.#object(depth)
    if (first === '[') return this.#array(depth)
    if (first === '"') return this.#string()
    const literal = this.#take(LITERAL)
    if (literal !== undefined) return literal === 'null' ? null : literal === 'true'
    return this.#number()
  }

  end(): void {
    this.#take(BLANK)
    if (this.#at < this.#text.length) throw this.#unexpected('the end')
  }

  #object(depth: number): Record<string, unknown> {
    const object: Record<string, unknown> = {}
    this.#at++
    if (this.#skip('}')) return object
    do {
      this.#take(BLANK)
      const start = this.#at
      const name = this.#string()
      if (Object.hasOwn(object, name)) {
        throw this.#error(`names the member ${quote(JSON.stringify(name))} twice`, start)
      }
      if (!this.#skip(':')) throw this.#unexpected('":"')
      const value = this.value(depth + 1)
      // An assignment to __proto__ would set the prototype instead of a member.
      Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true })
    } while (this.#skip(','))
    if (!this.#skip('}')) throw this.#unexpected('"," or "}"')
    return object
  }

  #array(depth: number): unknown[] {
    const array: unknown[] = []
    this.#at++
    if (this.#skip(']')) return array
    do array.push(this.value(depth + 1))
    while (this.#skip(','))
    if (!this.#skip(']')) throw this.#unexpected('"," or "]"')
    return array
  }

  #string(): string {
    const token = this.#take(STRING)
    if (token === undefined) throw this.#unexpected('a string')
    return JSON.parse(token) as string
  }

  #number(): number {
    const start = this.#at
    const token = this.#take(NUMBER)
    if (token === undefined) throw this.#unexpected('a value')
    const value = Number(token)
    if (!isExact(token, value)) {
      const advice = 'has more digits or a larger exponent than a double holds; send it as a string'
      throw this.#error(`has the number ${quote(token)}, which ${advice}`, start)
    }
    return value
  }

  /** Passes over blanks and then `mark`, if it is there. */
  #skip(mark: string): boolean {
    this.#take(BLANK)
    if (this.#text[this.#at] !== mark) return false
    this.#at++
    return true
  }

  #take(token: RegExp): string | undefined {
    token.lastIndex = this.#at
    const found = token.exec(this.#text)?.[0]
    this.#at += found?.length ?? 0
    return found
  }

  #unexpected(wanted: string): InvalidRequestError {
    const found = this.#text.codePointAt(this.#at)
    const what = found === undefined ? 'it ends' : JSON.stringify(String.fromCodePoint(found))
    return this.#error(`is broken: ${wanted} was expected, not ${what}`, this.#at)
  }

  #error(what: string, position: number): InvalidRequestError {
    return new InvalidRequestError(`The JSON ${what}, at position ${position}`)
  }
}

/** Whether `value`, written out again, is the number that `token` writes: the same digits at the same power of ten. */
function isExact(token: string, value: number): boolean {
  if (!Number.isFinite(value)) return false
  const given = scientific(token)
  const kept = scientific(String(value))
  return given.digits === kept.digits && (given.digits === '' || given.exponent === kept.exponent)
}

/** 0.digits × 10^exponent without leading or trailing zeros, so that 1, 1.0 and 10e-1 are alike; zero has no digits. */
function scientific(number: string): { digits: string; exponent: number } {
  const [mantissa = '', exponent = '0'] = number.replace(/^-/, '').toLowerCase().split(/e/)
  const [whole = '', fraction = ''] = mantissa.split('.')
  const digits = (whole + fraction).replace(/^0+/, '')
  const leadingZeros = whole.length + fraction.length - digits.length
  let end = digits.length // a loop: /0+$/ takes quadratic time
  while (digits[end - 1] === '0') end--
  return { digits: digits.slice(0, end), exponent: Number(exponent) + whole.length - leadingZeros }
}

function quote(text: string): string {
  return text.length > QUOTE_LENGTH_MAX ? `${text.slice(0, QUOTE_LENGTH_MAX)}…` : text
}
