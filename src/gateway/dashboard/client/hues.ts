/** A colour for each peer, which it keeps for as long as the page is open. The style sheet makes light and dark of a hue. */

/** Told apart also by most people who see colours differently, in this order; beyond them, by the golden angle. */
const FIRST = [195, 50, 290, 135, 355, 90, 250, 20]
const GOLDEN_ANGLE = 137.508

export class Hues {
  readonly #byPeer = new Map<string, number>()

  /** Degrees. */
  of(peer: string): number {
    const index = this.#byPeer.get(peer) ?? this.#byPeer.size
    this.#byPeer.set(peer, index)
    return FIRST[index] ?? (FIRST.at(-1)! + (index - FIRST.length + 1) * GOLDEN_ANGLE) % 360
  }

  /** Colours whatever the style sheet colours by --hue; a style attribute in markup would be against the page's policy. */
  paint(target: HTMLElement | SVGElement, peer: string): void {
    target.style.setProperty('--hue', this.of(peer).toFixed(1))
  }
}
