/** Which packets of an interface belong to the boot of a target, and which are this computer's own affair. */
import { macToBytes, type MacAddress } from '../../protocols/addresses.ts'

const ETHERNET_HEADER = 14
const IPV4 = 0x0800
const TCP = 6
const UDP = 17
/** What is sent to one of these ports here is sent by a target: DHCP, TFTP, port mapper, NFS, ProxyDHCP, mount. */
const SERVED_PORTS = new Set([67, 69, 111, 2049, 4011, 20048])
/** Machines are forgotten never, and nobody is to fill the memory with invented ones. */
const MOST_TARGETS = 4096

/**
 * An interface may lead to an office as well, and a capture is made to be shown to others. So it holds what everyone
 * there hears, and what is sent to and by machines that have asked for something a boot server serves.
 */
export class TargetTraffic {
  readonly #own: number
  readonly #targets = new Set<number>()

  constructor(own: MacAddress) {
    this.#own = macToBytes(own).readUIntBE(0, 6)
  }

  /** @param frame an Ethernet frame, in the order in which they came */
  includes(frame: Buffer): boolean {
    if (frame.length < ETHERNET_HEADER) return false
    const to = frame.readUIntBE(0, 6)
    const from = frame.readUIntBE(6, 6)
    if (from !== this.#own && this.#targets.size < MOST_TARGETS && asksForService(frame))
      this.#targets.add(from)
    const isForAll = (frame[0]! & 1) === 1
    return isForAll || this.#targets.has(from === this.#own ? to : from)
  }
}

function asksForService(frame: Buffer): boolean {
  if (frame.readUInt16BE(12) !== IPV4 || frame.length < ETHERNET_HEADER + 20) return false
  const protocol = frame[ETHERNET_HEADER + 9]
  const isLaterFragment = (frame.readUInt16BE(ETHERNET_HEADER + 6) & 0x1fff) !== 0
  if ((protocol !== UDP && protocol !== TCP) || isLaterFragment) return false
  const ports = ETHERNET_HEADER + (frame[ETHERNET_HEADER]! & 0x0f) * 4
  return frame.length >= ports + 4 && SERVED_PORTS.has(frame.readUInt16BE(ports + 2))
}
