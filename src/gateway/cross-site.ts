/**
 * A browser sends simple requests to any address, this machine's own too, for any page that is open in it. Without
 * this door a web page could set users and make a peer leave its ring.
 */
import { ForbiddenError } from '../errors.ts'

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

/** Why a change is refused that a page of another origin asks for. `mayChange`: of the origins that were let in (cors.ts). */
export function crossSiteRefusal(
  request: Request,
  url: URL,
  mayChange: (origin: string) => boolean
): ForbiddenError | undefined {
  if (SAFE_METHODS.has(request.method)) return undefined
  // Browsers send it to https and to this machine, and no page can forge it; Origin is for the rest.
  const site = request.headers.get('sec-fetch-site')
  const origin = request.headers.get('origin')
  const foreign =
    site === null ? origin !== null && hostOf(origin) !== url.host : site !== 'same-origin' && site !== 'none'
  if (!foreign || (origin !== null && mayChange(origin))) return undefined
  return new ForbiddenError(
    `A page of ${origin ?? 'another site'} may not change anything here; serve it from ${url.origin}, start the peer with its origin as --cors-origin, or call from a server`
  )
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined
}
