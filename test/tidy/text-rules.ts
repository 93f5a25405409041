/** What docs/style.md says of a file's words, names and size, and of the documents. */
import { posix } from 'node:path'
import { codeOnly, functionsOf, importsOf, type SourceFile } from './source-text.ts'

const FILE_LINES_MAX = 400
const FUNCTION_LINES_MAX = 70

interface Ban {
  readonly pattern: RegExp
  readonly instead: string
  /** The adapters that may, as paths inside src. */
  readonly adapters: RegExp
}

/**
 * client.ts runs in other people's programs, browsers among them, and brings its own clock and random numbers; the scripts
 * of the dashboard run in browsers only.
 */
const TIMERS =
  /^(runtime\.ts|client\.ts|cli\/|gateway\/(server|connections)\.ts|gateway\/dashboard\/client\/)/
const PROCESS = /^(runtime\.ts|shim\.ts|cli\/|storage\/directory-lock\.ts|metrics\/process-metrics\.ts)/

const BANNED_WORDS: readonly Ban[] = [
  { pattern: /\bDate\.now\b/, instead: 'Clock.now', adapters: TIMERS },
  { pattern: /\bnew Date\(\s*\)/, instead: 'new Date(clock.now())', adapters: TIMERS },
  { pattern: /\bset(Timeout|Interval|Immediate)\b/, instead: 'Clock.timer or sleep', adapters: TIMERS },
  { pattern: /\bperformance\.now\b/, instead: 'Clock.monotonic', adapters: TIMERS },
  { pattern: /\bAbortSignal\.timeout\b/, instead: 'deadlineAfter', adapters: TIMERS },
  { pattern: /\bMath\.random\b/, instead: 'Random.next', adapters: /^runtime\.ts/ },
  {
    pattern: /\b(getRandomValues|randomBytes|randomUUID)\b/,
    instead: 'Random.bytes',
    adapters: /^(runtime|client)\.ts/
  },
  { pattern: /(?<![.\w])process\./, instead: 'an option that cli/ fills in', adapters: PROCESS },
  { pattern: /(?<![.\w])console\./, instead: 'Log', adapters: /^cli\// }
]

const BANNED_MODULES: readonly Ban[] = [
  { pattern: /^node:timers/, instead: 'Clock.timer or sleep', adapters: TIMERS },
  { pattern: /^node:process$/, instead: 'an option that cli/ fills in', adapters: PROCESS },
  {
    pattern: /^node:fs/,
    instead: 'Store',
    adapters:
      /^(cli\/|output\/|storage\/(lmdb-store|data-directory|directory-lock|conflict-file)\.ts|gateway\/dashboard\/scripts\.ts|metrics\/process-metrics\.ts)/
  },
  {
    pattern: /^node:(net|http|https|http2|tls|dgram|dns)$/,
    instead: 'an Rpc port',
    adapters: /^(cli\/|gateway\/(server|connections)\.ts)/
  },
  {
    pattern: /^node:(child_process|worker_threads|cluster)/,
    instead: 'the CLI',
    adapters: /^(cli\/|storage\/directory-lock\.ts)/
  }
]

/** Time, randomness, network and disk reach src through ports only. */
export function bannedUses({ path, text }: SourceFile): string[] {
  if (!path.startsWith('src/')) return []
  const inside = path.slice('src/'.length)
  const applies = ({ adapters }: Ban) => !adapters.test(inside)
  const words = codeOnly(text)
    .split('\n')
    .flatMap((line, index) =>
      BANNED_WORDS.filter(ban => applies(ban) && ban.pattern.test(line)).map(
        ban => `${path}:${index + 1} has ${ban.pattern.exec(line)![0].trim()}: use ${ban.instead}`
      )
    )
  const modules = importsOf(text).flatMap(name =>
    BANNED_MODULES.filter(ban => applies(ban) && ban.pattern.test(name)).map(
      ban => `${path} imports ${name}: use ${ban.instead}`
    )
  )
  return [...words, ...modules]
}

export function oversized({ path, text }: SourceFile): string[] {
  if (!path.startsWith('src/')) return []
  const lines = text.trimEnd().split('\n').length
  const long = functionsOf(text).filter(found => found.lines > FUNCTION_LINES_MAX)
  return [
    ...(lines > FILE_LINES_MAX ? [`${path} has ${lines} lines, at most ${FILE_LINES_MAX} are allowed`] : []),
    ...long.map(
      found =>
        `${path}:${found.line} is a function of ${found.lines} lines, at most ${FUNCTION_LINES_MAX} are allowed`
    )
  ]
}

/** A folder or a file that is a heap, not a noun. */
export function namelessPlace({ path }: SourceFile): string[] {
  return path.split('/').some(part => /^(utils?|helpers?|misc|common)(\.|$)/i.test(part))
    ? [`${path}: name it after the noun that is in it`]
    : []
}

/** A test that is left out, or leaves the others out, by hand. `{ skip: reason }` for a system that cannot is another thing. */
export function leftOutTests({ path, text }: SourceFile): string[] {
  const match = path.startsWith('test/') ? /\.(only|skip|todo)\(/.exec(codeOnly(text)) : null
  return match ? [`${path} has ${match[0]}…)`] : []
}

/** Every file begins with what its noun is. */
export function unintroduced({ path, text }: SourceFile): string[] {
  return path.startsWith('src/') && !text.startsWith('/**')
    ? [`${path} does not begin by saying what it is`]
    : []
}

/** What a renderer makes of a document's headings, for links to lead to. */
function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>()
  for (const [, heading] of withoutBlocks(text).matchAll(/^#+ (.+)$/gm)) {
    const words = heading!.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase()
    const anchor = words.replace(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-')
    let name = anchor
    for (let again = 1; anchors.has(name); again++) name = `${anchor}-${again}`
    anchors.add(name)
  }
  return anchors
}

function withoutBlocks(text: string): string {
  return text.replace(/^(```|~~~)[\s\S]*?^\1/gm, '')
}

/**
 * One title, and links that lead somewhere. `textAt` is asked for paths from the root of the repository: undefined where
 * there is nothing, and empty for what is no text.
 */
export function documentFaults(
  { path, text }: SourceFile,
  textAt: (path: string) => string | undefined
): string[] {
  const prose = withoutBlocks(text).replace(/`[^`\n]*`/g, '')
  const titles = prose.match(/^# .+$/gm)?.length ?? 0
  const broken = [...prose.matchAll(/\]\((?!\w+:)([^)#\s]*)(?:#([^)\s]*))?[^)]*\)/g)].flatMap(
    ([, file, anchor]) => {
      const target = file === '' ? path : posix.join(posix.dirname(path), decodeURIComponent(file!))
      const there = target === path ? text : textAt(target)
      if (there === undefined) return [`${path} links to ${target}, which is not there`]
      if (anchor === undefined || anchorsOf(there).has(anchor)) return []
      return [`${path} links to ${target}#${anchor}, and it has no such heading`]
    }
  )
  return [...(titles === 1 ? [] : [`${path} has ${titles} titles ('# …'), not one`]), ...broken]
}
