/** Elements of the page, made without markup in strings: what a user is called can never become part of the page's code. */

const SVG = 'http://www.w3.org/2000/svg'

export type Attributes = Readonly<Record<string, string | number | undefined>>
export type Child = Node | string

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  return filled(document.createElement(tag), attributes, children)
}

export function drawn<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[K] {
  return filled(document.createElementNS(SVG, tag), attributes, children)
}

function filled<E extends Element>(made: E, attributes: Attributes, children: readonly Child[]): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) made.setAttribute(name, String(value))
  }
  made.append(...children)
  return made
}

/** The element of the page with this id, which page.ts put there. */
export function byId<E extends Element = HTMLElement>(id: string): E {
  const found = document.getElementById(id)
  if (found === null) throw new Error(`The page has no #${id}`)
  return found as Element as E
}

/** The end of a PeerId, by which people tell peers apart. */
export function shortPeer(peer: string): string {
  return `…${peer.slice(-4)}`
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`
}

export function percent(part: number): string {
  return `${(100 * part).toFixed(1)}%`
}

/** Of the reader's clock, to the second. */
export function timeOf(date: Date): string {
  return date.toLocaleTimeString('en-GB')
}

/** Changes an element's text only when it is another one, so that screen readers are not told the same again. */
export function say(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text
}
