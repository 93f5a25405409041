/**
 * How busy this process is, by how late its timers come. Whoever is slow itself must not take others for gone: what
 * they said may be waiting to be read (the local health of Lifeguard, Dadgar et al. 2018).
 */
import { STRAIN_FACTOR, STRAIN_SAMPLE_MAX_MS } from './timing.ts'

/** Of one sample: about the last twenty count. */
const WEIGHT = 0.05
/** Below it timers are late because timers are. */
const USUAL_MS = 5

export class Strain {
  #lateMs = 0

  /** A timer came so much after its time. */
  add(lateMs: number): void {
    const sample = Math.min(Math.max(0, lateMs - USUAL_MS), STRAIN_SAMPLE_MAX_MS)
    this.#lateMs += WEIGHT * (sample - this.#lateMs)
  }

  get patienceMs(): number {
    return STRAIN_FACTOR * this.#lateMs
  }
}
