/** Who is cut off from whom: the sides of a ring of numbered peers. Pure; what really cuts is in cuts.ts. */

export class Islands {
  /** The sides beside the main one, where everybody begins and where those are who are added. */
  #cut: readonly (readonly number[])[]

  /** As whole as `other` is. @default nobody is cut off */
  constructor(other?: Islands) {
    this.#cut = other === undefined ? [] : other.#cut
  }

  /** Cuts `numbers` from everybody else; whoever was cut off from one of them before stays so. */
  split(numbers: readonly number[]): void {
    const chosen = new Set(numbers)
    const inside = this.#cut.map(side => side.filter(number => chosen.has(number)))
    const outside = this.#cut.map(side => side.filter(number => !chosen.has(number)))
    const fromMain = [...chosen].filter(number => this.#sideOf(number) === undefined)
    this.#cut = [...inside, ...outside, fromMain.sort((a, b) => a - b)].filter(side => side.length > 0)
  }

  heal(): void {
    this.#cut = []
  }

  /** Whether there is more than one side, of a ring that may have more peers than were cut off. */
  get whole(): boolean {
    return this.#cut.length === 0
  }

  apart(one: number, other: number): boolean {
    return this.#sideOf(one) !== this.#sideOf(other)
  }

  /** Of these peers, the sides in the order of their first numbers; one side when nobody is cut off from anybody. */
  sides(numbers: readonly number[]): number[][] {
    const sides = new Map<readonly number[] | undefined, number[]>()
    for (const number of numbers) {
      const side = this.#sideOf(number)
      sides.set(side, [...(sides.get(side) ?? []), number])
    }
    return [...sides.values()]
  }

  /** Undefined: the main one. */
  #sideOf(number: number): readonly number[] | undefined {
    return this.#cut.find(side => side.includes(number))
  }
}
