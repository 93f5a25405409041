/** The file of --config: YAML (so JSON too) whose keys are the long names of a command's flags. */
import { open } from 'node:fs/promises'
import { type Command, InvalidArgumentError } from 'commander'
import { parse } from 'yaml'
import { ConfigurationError } from '../errors.ts'
import { EnvOption } from './flags.ts'

/** Of a value that came from the file, beside commander's own `default`, `env` and `cli`. */
export const CONFIG_SOURCE = 'config'

/** A list of a thousand peers fits twice. */
const FILE_BYTES_MAX = 256 * 1024
/** Characters of a wrong value that are shown. */
const SHOWN_LENGTH_MAX = 80
/** It names the file, so it cannot be in it. */
const NOT_IN_FILE = 'config'

/**
 * Sets what command line and environment left open from the file that --config names, if any. Paths in it are relative to
 * the working directory, as on the command line.
 * @throws ConfigurationError names every key that is unknown or has a wrong value, and what is possible
 */
export async function applyConfigFile(command: Command): Promise<void> {
  const path = command.opts<{ config?: string }>().config
  if (path === undefined) return
  const options = new Map(
    command.options
      .filter(option => option instanceof EnvOption)
      .map((option): [string, EnvOption] => [option.long!.slice(2), option])
  )
  options.delete(NOT_IN_FILE)
  const issues: { path: string; message: string }[] = []
  for (const [key, given] of Object.entries(await readMap(path))) {
    const option = options.get(key)
    try {
      if (option === undefined) throw new InvalidArgumentError(`No such key: ${possible(options.keys())}`)
      const value = option.fromConfig(given)
      const source = command.getOptionValueSource(option.attributeName())
      if (value === undefined || source === 'cli' || source === 'env') continue
      command.setOptionValueWithSource(option.attributeName(), value, CONFIG_SOURCE)
    } catch (error) {
      if (!(error instanceof InvalidArgumentError)) throw error
      const what = option === undefined ? '' : `${JSON.stringify(given).slice(0, SHOWN_LENGTH_MAX)}: `
      issues.push({ path: key, message: what + error.message })
    }
  }
  if (issues.length === 0) return
  throw new ConfigurationError(`The config file ${path} cannot be used`, { issues })
}

function possible(keys: Iterable<string>): string {
  return `there are ${[...keys].join(', ')}.`
}

async function readMap(path: string): Promise<object> {
  const text = await readText(path)
  let map: unknown
  try {
    map = parse(text, { logLevel: 'error' })
  } catch (cause) {
    throw new ConfigurationError(`The config file ${path} is no YAML: ${(cause as Error).message}`, { cause })
  }
  if (map === null) return {}
  if (typeof map !== 'object' || Array.isArray(map)) {
    throw new ConfigurationError(`The config file ${path} has no keys: write lines such as http-port: 5000`)
  }
  return map
}

async function readText(path: string): Promise<string> {
  try {
    await using file = await open(path, 'r')
    const { size } = await file.stat()
    if (size > FILE_BYTES_MAX) throw new Error(`it has ${size} bytes, at most ${FILE_BYTES_MAX} are allowed`)
    return await file.readFile('utf8')
  } catch (cause) {
    throw new ConfigurationError(`The config file ${path} cannot be read: ${(cause as Error).message}`, {
      cause
    })
  }
}
