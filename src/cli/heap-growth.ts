/** How much garbage a process of a peer keeps. Its own process only: an embedded peer leaves the choice to its host. */
import { setFlagsFromString } from 'node:v8'

/**
 * Of what lived at the last collection, percent, that may be added before the next. V8 lets a heap of some 50 MB grow threefold: an
 * import made the gateway 350 MB large, of which 80 were in use. With this it is 250 MB, and speed is the same within what
 * can be measured: `npm run bench -- import`.
 */
const HEAP_GROWTH_PERCENT = 100

export function limitHeapGrowth(): void {
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWTH_PERCENT}`)
}
