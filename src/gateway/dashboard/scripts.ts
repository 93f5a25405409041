/**
 * The scripts of the page: `client/*.ts` as the compiler leaves them in dist, module by module and without a bundler, so that
 * what a browser runs can be read there. A gateway that is bundled into something else has to ship that folder with it.
 */

/** Every module of client/; a test holds that it is every one, and that they load no others. */
export const SCRIPTS = [
  'api.js',
  'balance-panel.js',
  'changes-panel.js',
  'circle.js',
  'commands.js',
  'dashboard.js',
  'element.js',
  'event-stream.js',
  'histogram.js',
  'hues.js',
  'lookup-panel.js',
  'lookup-path.js',
  'main.js',
  'peer-links.js',
  'picture.js',
  'requests-panel.js',
  'ring-view.js',
  'tasks-panel.js',
  'timeline-panel.js',
  'token-panel.js',
  'verdict-panel.js'
] as const
export type Script = (typeof SCRIPTS)[number]

const texts = new Map<Script, Promise<string>>()

export function isScript(name: string): name is Script {
  return SCRIPTS.some(script => script === name)
}

export function scriptText(name: Script): Promise<string> {
  const known = texts.get(name) ?? moduleText(new URL(`./client/${name}`, import.meta.url))
  texts.set(name, known)
  return known
}

/** A compiled module as it is served: without its source map, which is not. */
export async function moduleText(file: URL): Promise<string> {
  const { readFile } = await import('node:fs/promises') // whoever asks for no script needs no disk
  const text = await readFile(file, 'utf8')
  return text.replace(/^\/\/# sourceMappingURL=.*$/m, '')
}
