/**
 * Whom an address stands for, as far as limits go. IPv6 gives every household a /64 at least, so that its addresses are one
 * client; an IPv4 address that an IPv6 socket shows as `::ffff:192.0.2.1` is that IPv4 address.
 */

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i
/** Groups of 16 bits that an IPv6 address has, and that its /64 has. */
const GROUPS = 8
const NETWORK_GROUPS = 4

export function clientOf(address: string): string {
  const mapped = MAPPED.exec(address)
  if (mapped !== null) return mapped[1]!
  if (!address.includes(':')) return address
  const [head = '', tail] = address.split('%')[0]!.split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const gap = new Array<string>(Math.max(0, GROUPS - before.length - after.length)).fill('0')
  return `${[...before, ...gap, ...after].slice(0, NETWORK_GROUPS).join(':')}::/64`
}

const LOOPBACK = /^(localhost|127(\.\d+){3}|::1|::ffff:127(\.\d+){3})$/i

/** Whether only this machine reaches what listens there. A name other than localhost may be anything. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host.replace(/^\[(.*)\]$/, '$1'))
}

const LOCAL_NAME = /^((.+\.)?localhost|[0-9.]+|\[.*\])$/

/** Whether a URL's host is an address, or a name that no DNS server can give away. */
export function isLocalName(hostname: string): boolean {
  return LOCAL_NAME.test(hostname)
}
