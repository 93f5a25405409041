/** A colour for each peer, which it keeps for as long as the page is open. The style sheet makes light and dark of it. */

/** `hue` in degrees; `tone` from -1, darker than most, to 1, lighter. */
export interface Tint {
  readonly hue: number
  readonly tone: number
}

/**
 * Searched for: of these, and above all of the first five, any two look apart, in light and in dark, to most people and to
 * those who do not see red, green or blue. Hues alone do not do that, so that they differ in lightness too.
 */
const FIRST: readonly Tint[] = [
  { hue: 260, tone: 0 },
  { hue: 330, tone: -1 },
  { hue: 135, tone: -1 },
  { hue: 100, tone: 1 },
  { hue: 195, tone: 1 },
  { hue: 5, tone: -0.5 },
  { hue: 10, tone: 0.5 },
  { hue: 115, tone: 0 }
]
/** Beyond them; labels tell apart what colours do not. */
const GOLDEN_ANGLE = 137.508
const TONES = [0, 1, -1]

export class Hues {
  readonly #byPeer = new Map<string, number>()

  of(peer: string): Tint {
    const index = this.#byPeer.get(peer) ?? this.#byPeer.size
    this.#byPeer.set(peer, index)
    const hue = (FIRST.at(-1)!.hue + (index - FIRST.length + 1) * GOLDEN_ANGLE) % 360
    return FIRST[index] ?? { hue, tone: TONES[index % TONES.length]! }
  }

  /** Colours whatever the style sheet colours by them; a style attribute in markup would be against the page's policy. */
  paint(target: HTMLElement | SVGElement, peer: string): void {
    const { hue, tone } = this.of(peer)
    target.style.setProperty('--hue', hue.toFixed(1))
    target.style.setProperty('--tone', String(tone))
  }
}
