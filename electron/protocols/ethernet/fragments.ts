import { IPV4_HEADER_LENGTH, type Ipv4Packet } from './ipv4.ts'

/**
 * Cuts a packet into as many as it takes to fit `mtu` bytes each, header included (RFC 791 section 3.2).
 * Payloads are views of the original. A packet that fits is returned as it is.
 */
export function fragment(packet: Ipv4Packet, mtu: number): Ipv4Packet[] {
  const room = mtu - IPV4_HEADER_LENGTH
  if (packet.payload.length <= room) return [packet]
  const step = room & ~7
  const fragments: Ipv4Packet[] = []
  for (let at = 0; at < packet.payload.length; at += step) {
    fragments.push({
      ...packet,
      payload: packet.payload.subarray(at, at + step),
      fragmentOffset: packet.fragmentOffset + at,
      moreFragments: packet.moreFragments || at + step < packet.payload.length,
    })
  }
  return fragments
}

/** How much a reassembler keeps, and for how long. */
export interface ReassemblyLimits {
  /** Milliseconds from a packet's first fragment to arrive until it is given up. */
  readonly timeout: number
  /** Packets in the making. The oldest gives way to a new one. */
  readonly packets: number
  /** Payload bytes kept for all of them. */
  readonly bytes: number
}

/** Linux waits 30 seconds too; RFC 1122 section 3.3.2 would have 60 or more, for routes longer than a cable. */
const LIMITS: ReassemblyLimits = { timeout: 30_000, packets: 64, bytes: 1 << 20 }

/** As many as a 64 KiB packet makes at the smallest MTU every host must take, 576 bytes, and some to spare. */
const MOST_FRAGMENTS = 128

interface Assembly {
  readonly deadline: number
  /** In the order of their offsets, and never overlapping. */
  readonly pieces: Ipv4Packet[]
  bytes: number
  /** Known once the last fragment is here. */
  length?: number
}

/**
 * Puts fragments together again (RFC 791 section 3.2). It has no clock of its own. A fragment that overlaps
 * another without being the same one again condemns the whole packet, since no honest sender makes such
 * (RFC 3128, RFC 5722).
 */
export class Reassembler {
  readonly #limits: ReassemblyLimits
  /** In the order of their first fragments' arrival, and so of their deadlines. */
  readonly #assemblies = new Map<string, Assembly>()
  #bytes = 0

  constructor(limits: Partial<ReassemblyLimits> = {}) {
    this.#limits = { ...LIMITS, ...limits }
  }

  /** Payload bytes kept at present. */
  get bytes(): number {
    return this.#bytes
  }

  /**
   * Takes any packet. Gives it back when it is whole, gives the whole when this was its last missing fragment,
   * and otherwise nothing.
   * @param now milliseconds on a clock that never goes back
   */
  add(packet: Ipv4Packet, now: number): Ipv4Packet | undefined {
    this.#expire(now)
    if (!packet.moreFragments && packet.fragmentOffset === 0) return packet
    const key = assemblyKey(packet)
    const assembly = this.#assemblies.get(key) ?? this.#begin(key, now)
    if (!this.#place(assembly, packet)) {
      this.#drop(key)
      return undefined
    }
    if (assembly.bytes === assembly.length) {
      this.#drop(key)
      return whole(assembly.pieces)
    }
    this.#makeRoom()
    return undefined
  }

  clear(): void {
    this.#assemblies.clear()
    this.#bytes = 0
  }

  #begin(key: string, now: number): Assembly {
    const assembly: Assembly = { deadline: now + this.#limits.timeout, pieces: [], bytes: 0 }
    this.#assemblies.set(key, assembly)
    return assembly
  }

  /** False when the fragment and those already here cannot be parts of one packet. */
  #place(assembly: Assembly, packet: Ipv4Packet): boolean {
    const start = packet.fragmentOffset
    const end = start + packet.payload.length
    if (packet.moreFragments && (packet.payload.length === 0 || packet.payload.length % 8 !== 0)) return false

    const { pieces } = assembly
    const next = pieces.findIndex((piece) => piece.fragmentOffset >= start)
    const at = next === -1 ? pieces.length : next
    const following = pieces[at]
    if (following !== undefined && isSameAgain(following, packet)) return true
    const preceding = pieces[at - 1]
    if (following !== undefined && end > following.fragmentOffset) return false
    if (preceding !== undefined && preceding.fragmentOffset + preceding.payload.length > start) return false
    if (!packet.moreFragments && (assembly.length !== undefined || at !== pieces.length)) return false
    if (assembly.length !== undefined && end > assembly.length) return false
    if (pieces.length === MOST_FRAGMENTS) return false

    if (!packet.moreFragments) assembly.length = end
    // A copy, since a view would keep alive the whole buffer that the frame came in.
    pieces.splice(at, 0, { ...packet, payload: Buffer.from(packet.payload) })
    assembly.bytes += packet.payload.length
    this.#bytes += packet.payload.length
    return true
  }

  #expire(now: number): void {
    for (const [key, { deadline }] of this.#assemblies) {
      if (deadline > now) return
      this.#drop(key)
    }
  }

  #makeRoom(): void {
    for (const key of this.#assemblies.keys()) {
      if (this.#assemblies.size <= this.#limits.packets && this.#bytes <= this.#limits.bytes) return
      this.#drop(key)
    }
  }

  #drop(key: string): void {
    this.#bytes -= this.#assemblies.get(key)?.bytes ?? 0
    this.#assemblies.delete(key)
  }
}

/** What makes fragments parts of one packet (RFC 791 section 2.3). */
function assemblyKey(packet: Ipv4Packet): string {
  return `${packet.source} ${packet.destination} ${packet.protocol} ${packet.identification}`
}

function isSameAgain(piece: Ipv4Packet, packet: Ipv4Packet): boolean {
  return (
    piece.fragmentOffset === packet.fragmentOffset &&
    piece.moreFragments === packet.moreFragments &&
    Buffer.compare(piece.payload, packet.payload) === 0
  )
}

/** A whole packet has the header of its first fragment. */
function whole(pieces: readonly Ipv4Packet[]): Ipv4Packet {
  const payload = Buffer.concat(pieces.map((piece) => piece.payload))
  return { ...pieces[0]!, payload, moreFragments: false }
}
