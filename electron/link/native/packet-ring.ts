/**
 * The packets of an interface, both ways, as Linux hands them to who captures: a packet(7) socket with a ring of
 * blocks in shared memory (TPACKET_V3, Documentation/networking/packet_mmap.rst). No call is made for each packet, and
 * the kernel stamps them with their time. Opening one needs CAP_NET_RAW; reading it afterwards needs nothing.
 */
import { fromC } from './library.ts'
import { checked, closeDescriptor, errorCode, interfaceIndex, SystemCallError } from './sockets.ts'

const AF_PACKET = 17
const SOCK_RAW = 3
const SOCK_CLOEXEC = 0o2000000
const SOL_PACKET = 263
const PACKET_RX_RING = 5
const PACKET_STATISTICS = 6
const PACKET_VERSION = 10
const TPACKET_V3 = 2
const ETH_P_ALL = 3
const PACKET_OUTGOING = 4
const PROT_READ_WRITE = 3
const MAP_SHARED = 1
const TP_STATUS_USER = 1

/** 16 MB: at the rate of gigabit Ethernet, a tenth of a second. */
const BLOCK_SIZE = 1 << 19
const BLOCKS = 32
const RING_SIZE = BLOCK_SIZE * BLOCKS
/** Packets are packed, whatever this says, but the kernel wants it to divide a block. */
const FRAME_SIZE = 2048
/** Milliseconds after which the kernel hands over a block that is not full. */
const BLOCK_TIMEOUT = 10

/** struct tpacket_hdr_v1, at the start of a block and after a version and an offset. */
const BLOCK_HEADER_SIZE = 48
const BLOCK_STATUS = 8
/** struct tpacket3_hdr, padded; a struct sockaddr_ll follows, which has the packet's type at 10. */
const PACKET_TYPE = 48 + 10

interface Library {
  socket(domain: number, type: number, protocol: number): number
  setsockopt(fd: number, level: number, name: number, value: Buffer, length: number): number
  getsockopt(fd: number, level: number, name: number, value: Buffer, length: Buffer): number
  bind(fd: number, address: Buffer, length: number): number
  mmap(
    at: number,
    length: number,
    protection: number,
    flags: number,
    fd: number,
    offset: number,
  ): number | bigint
  munmap(at: bigint, length: number): number
  copyOut(to: Buffer, from: bigint, length: number): void
  copyIn(to: bigint, from: Buffer, length: number): void
}

const library = fromC((c): Library => ({
  socket: c.func('int socket(int domain, int type, int protocol)'),
  setsockopt: c.func('int setsockopt(int fd, int level, int name, const void *value, uint32_t length)'),
  getsockopt: c.func('int getsockopt(int fd, int level, int name, void *value, void *length)'),
  bind: c.func('int bind(int fd, const void *address, uint32_t length)'),
  mmap: c.func(
    'intptr_t mmap(intptr_t at, size_t length, int protection, int flags, int fd, int64_t offset)',
  ),
  munmap: c.func('int munmap(intptr_t at, size_t length)'),
  // Electron's V8 has no views of memory that is not its own: blocks are copied.
  copyOut: c.func('memcpy', 'void', ['void *', 'intptr_t', 'size_t']),
  copyIn: c.func('memcpy', 'void', ['intptr_t', 'const void *', 'size_t']),
}))

export interface RingPacket {
  /** Microseconds since the Unix epoch. */
  readonly time: number
  readonly direction: 'inbound' | 'outbound'
  /** Only valid during the call. */
  readonly bytes: Buffer
}

export class PacketRing {
  readonly #fd: number
  readonly #at: bigint
  readonly #header = Buffer.alloc(BLOCK_HEADER_SIZE)
  readonly #block = Buffer.allocUnsafeSlow(BLOCK_SIZE)
  readonly #free = Buffer.alloc(4)
  #next = 0
  #closed = false

  /** Throws a `SystemCallError`. */
  static open(name: string): PacketRing {
    const c = library()
    const fd = checked('socket', c.socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0))
    try {
      const version = words(TPACKET_V3)
      checked('setsockopt', c.setsockopt(fd, SOL_PACKET, PACKET_VERSION, version, version.length))
      // struct tpacket_req3
      const ring = words(BLOCK_SIZE, BLOCKS, FRAME_SIZE, RING_SIZE / FRAME_SIZE, BLOCK_TIMEOUT, 0, 0)
      checked('setsockopt', c.setsockopt(fd, SOL_PACKET, PACKET_RX_RING, ring, ring.length))
      const at = BigInt(c.mmap(0, RING_SIZE, PROT_READ_WRITE, MAP_SHARED, fd, 0))
      if (at === -1n) throw new SystemCallError('mmap', errorCode())
      const address = linkAddress(name)
      checked('bind', c.bind(fd, address, address.length))
      return new PacketRing(fd, at)
    } catch (error) {
      closeDescriptor(fd)
      throw error
    }
  }

  private constructor(fd: number, at: bigint) {
    this.#fd = fd
    this.#at = at
  }

  /** Takes the packets of at most `most` blocks that have come. Whether there may be more. */
  drain(most: number, take: (packet: RingPacket) => void): boolean {
    const c = library()
    for (let blocks = 0; blocks < most; blocks++) {
      if (this.#closed) return false
      const at = this.#at + BigInt(this.#next * BLOCK_SIZE)
      c.copyOut(this.#header, at, BLOCK_HEADER_SIZE)
      if ((this.#header.readUInt32LE(BLOCK_STATUS) & TP_STATUS_USER) === 0) return false
      c.copyOut(this.#block, at, Math.min(this.#header.readUInt32LE(20), BLOCK_SIZE))
      c.copyIn(at + BigInt(BLOCK_STATUS), this.#free, this.#free.length)
      this.#next = (this.#next + 1) % BLOCKS
      this.#walk(take)
    }
    return true
  }

  /** How many packets found no room since this was asked the last time. */
  lost(): number {
    // struct tpacket_stats_v3
    const statistics = Buffer.alloc(12)
    const failed = library().getsockopt(this.#fd, SOL_PACKET, PACKET_STATISTICS, statistics, words(12)) < 0
    return failed ? 0 : statistics.readUInt32LE(4)
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    library().munmap(this.#at, RING_SIZE)
    closeDescriptor(this.#fd)
  }

  #walk(take: (packet: RingPacket) => void): void {
    const block = this.#block
    let at = block.readUInt32LE(16)
    for (let left = block.readUInt32LE(12); left > 0; left--) {
      const start = at + block.readUInt16LE(at + 24)
      take({
        time: block.readUInt32LE(at + 4) * 1e6 + Math.floor(block.readUInt32LE(at + 8) / 1000),
        direction: block[at + PACKET_TYPE] === PACKET_OUTGOING ? 'outbound' : 'inbound',
        bytes: block.subarray(start, start + block.readUInt32LE(at + 12)),
      })
      at += block.readUInt32LE(at)
    }
  }
}

/** struct sockaddr_ll. */
function linkAddress(name: string): Buffer {
  const bytes = Buffer.alloc(20)
  bytes.writeUInt16LE(AF_PACKET)
  bytes.writeUInt16BE(ETH_P_ALL, 2)
  bytes.writeInt32LE(interfaceIndex(name) ?? 0, 4)
  return bytes
}

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length)
  values.forEach((value, index) => bytes.writeUInt32LE(value, 4 * index))
  return bytes
}
