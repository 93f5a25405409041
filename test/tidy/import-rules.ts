/** Who may import whom, as docs/style.md says it. Type-only imports count too. */
import { posix } from 'node:path'
import { importsOf, type SourceFile } from './source-text.ts'

/** Files that put things together, and those whose files they put. */
const MAY_IMPORT_ALL = /^src\/(index|testing|client|peer)\.ts$|^src\/(users|chord)\/service\.ts$/
const FOR_EVERYONE = /^src\/(runtime|errors|constants|duration|lines|events|version)\.ts$/

/** By folder of src, or file at its top: what it may import besides its own folder and what is for everyone. */
const MAY_IMPORT: Record<string, RegExp> = {
  ring: /^$/,
  storage: /^$/,
  chord: /^src\/(ring\/|storage\/(store|keys)\.ts)/,
  replica: /^src\/(ring\/|chord\/ring-node\.ts|storage\/)/,
  users: /^src\/(replica|ring|chord|storage)\//,
  // and the ports (see portFiles), and the nouns that travel
  network:
    /^(protocols\/|src\/(ring\/|chord\/(contact|genesis)\.ts|replica\/ballot\.ts|storage\/keys\.ts|users\/user\.ts))/,
  gateway: /^src\/users\//,
  // it reads what they tell and wraps their ports; only peer.ts knows of it
  metrics:
    /^src\/(users\/|chord\/(chord-rpc|ring-finder|ring-node)\.ts|storage\/store\.ts|gateway\/exchange\.ts)/,
  output: /^src\/(users\/|chord\/ring-node\.ts)/,
  client: /^src\/users\//,
  // the HTTP API is client.ts, and what it answers are the types of the users' port; the demo serves the dashboard too
  cli: /^src\/(shim\.ts|peer\.ts|client\.ts|client\/|gateway\/dashboard\/|users\/(user|users|change|many-users|ring-report)\.ts)/,
  // a peer's name is part of many events
  'events.ts': /^src\/chord\/ring-node\.ts$/
}

/** Files that are started or imported from outside, so that nobody in src imports them. */
const ENTRIES =
  /^src\/(index|testing|client|shim|setusers|cli\/main|cli\/demo\/peer-process|gateway\/dashboard\/client\/main|cli\/demo\/dashboard\/client\/main)\.ts$/

/** `from → to` for every import inside the repository. */
export function importEdges(files: readonly SourceFile[]): [from: string, to: string][] {
  return files.flatMap(({ path, text }) =>
    importsOf(text)
      .filter(name => name.startsWith('.'))
      .map((name): [string, string] => [path, posix.join(posix.dirname(path), name)])
  )
}

export function forbiddenImports(files: readonly SourceFile[]): string[] {
  const edges = importEdges(files)
  const ports = portFiles(edges)
  return edges
    .filter(([from, to]) => {
      const [, room = '', inside] = from.split('/')
      if (MAY_IMPORT_ALL.test(from) || FOR_EVERYONE.test(to)) return false
      if (inside !== undefined && to.startsWith(`src/${room}/`)) return false
      if (room === 'network' && ports.has(to)) return false
      return !(MAY_IMPORT[room] ?? /^$/).test(to)
    })
    .map(([from, to]) => `${from} may not import ${to}`)
}

/** The ports, which end in -rpc, and the files whose types their signatures name. */
function portFiles(edges: readonly [string, string][]): Set<string> {
  const isPort = (path: string) => path.endsWith('-rpc.ts')
  return new Set(
    edges.flatMap(([from, to]) => [...(isPort(from) ? [from, to] : []), ...(isPort(to) ? [to] : [])])
  )
}

export function unusedFiles(files: readonly SourceFile[]): string[] {
  const imported = new Set(importEdges(files).map(([, to]) => to))
  return files
    .map(file => file.path)
    .filter(path => path.startsWith('src/') && !ENTRIES.test(path) && !imported.has(path))
    .map(path => `${path} is imported by nobody`)
}

export interface Package {
  readonly dependencies: Record<string, string>
  readonly devDependencies: Record<string, string>
}

/** Used without being imported: compiler, linter, code generator, and the types that tsconfig.json names. */
const TOOLS = ['@biomejs/biome', '@types/node', '@types/cli-progress', 'protons', 'typescript']

/** What is imported must be declared, as a dependency if src needs it; what is declared must be imported. */
export function dependencyFaults(
  files: readonly SourceFile[],
  { dependencies, devDependencies }: Package
): string[] {
  const faults: string[] = []
  const used = new Set(TOOLS)
  for (const { path, text } of files) {
    const shipped = path.startsWith('src/') || path.startsWith('protocols/')
    for (const name of importsOf(text).filter(name => !/^(\.|node:)/.test(name))) {
      const dependency = name
        .split('/')
        .slice(0, name.startsWith('@') ? 2 : 1)
        .join('/')
      used.add(dependency)
      if (!(dependency in dependencies) && (shipped || !(dependency in devDependencies))) {
        faults.push(`${path} imports ${dependency}, which package.json does not name`)
      }
    }
  }
  for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
    if (!used.has(name)) faults.push(`package.json names ${name}, which nobody imports`)
  }
  return faults
}
