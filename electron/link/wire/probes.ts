import type { Ipv4Address } from '../../protocols/addresses.ts'
import type { ArpPacket } from '../../protocols/ethernet/arp.ts'

/** RFC 5227 section 1.1, PROBE_NUM. */
const PROBES = 3

interface Probe {
  readonly address: Ipv4Address
  readonly end: (inUse: boolean) => void
}

/** Questions under way whether anyone uses an address (RFC 5227 section 2.1). */
export class Probes {
  readonly #ask: (address: Ipv4Address) => void
  readonly #underWay = new Set<Probe>()

  /** @param ask sends one ARP probe */
  constructor(ask: (address: Ipv4Address) => void) {
    this.#ask = ask
  }

  /** Resolves with true at the first sign of a user, or with false after `timeout` milliseconds. */
  start(address: Ipv4Address, timeout: number): Promise<boolean> {
    return new Promise((resolve) => {
      let left = PROBES
      const ask = () => {
        if (left-- > 0) this.#ask(address)
      }
      const repeat = setInterval(ask, timeout / PROBES)
      const giveUp = setTimeout(() => probe.end(false), timeout)
      const probe: Probe = {
        address,
        end: (inUse) => {
          clearInterval(repeat)
          clearTimeout(giveUp)
          this.#underWay.delete(probe)
          resolve(inUse)
        },
      }
      this.#underWay.add(probe)
      ask()
    })
  }

  /** An address is in use when someone sends from it, and when someone else probes for it as well. */
  heard(packet: ArpPacket): void {
    for (const probe of this.#underWay) {
      const claims = packet.senderProtocol === probe.address
      const wants = packet.senderProtocol === '0.0.0.0' && packet.targetProtocol === probe.address
      if (claims || (wants && packet.operation === 'request')) probe.end(true)
    }
  }

  /** Ends every question with "not in use": there is nobody on the wire. */
  clear(): void {
    for (const probe of this.#underWay) probe.end(false)
  }
}
