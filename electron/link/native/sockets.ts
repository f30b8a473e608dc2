/**
 * The socket calls of the C library that Node has no name for, on Linux and macOS: binding a socket to an
 * interface, and sending at once. A socket made here is given to `dgram` by its descriptor, which from then on
 * owns and closes it.
 */
import koffi from 'koffi'
import { constants } from 'node:os'
import { getSystemErrorName } from 'node:util'
import { ipv4ToNumber, type Ipv4Address } from '../../protocols/addresses.ts'
import { fromC } from './library.ts'

/** A system call that failed: `bind: EADDRINUSE`. */
export class SystemCallError extends Error {
  override readonly name = 'SystemCallError'
  /** The error's symbol, such as `EADDRINUSE`. */
  readonly code: string

  constructor(call: string, code: string) {
    super(`${call}: ${code}`)
    this.code = code
  }
}

const darwin = process.platform === 'darwin'

/** Whether these calls can be made here. Windows binds to an interface by its address instead. */
export const hasNativeSockets = darwin || process.platform === 'linux'

const AF_INET = 2
const SOCK_STREAM = 1
const SOCK_DGRAM = 2
/** Linux only. On macOS libuv starts every process with all other descriptors closed. */
const SOCK_CLOEXEC = darwin ? 0 : 0o2000000
const MSG_DONTWAIT = darwin ? 0x80 : 0x40
const MSG_NOSIGNAL = 0x4000
const MSG_MORE = 0x8000
const SOL_SOCKET = darwin ? 0xffff : 1
const IPPROTO_IP = 0
const SOL_UDP = 17

const BIND_TO_DEVICE = 25
const IP_BOUND_IF = 25
const UDP_SEGMENT = 103

/** Socket options that are on or off. */
export const SocketFlag = {
  reuseAddress: darwin ? 0x4 : 2,
  broadcast: darwin ? 0x20 : 6,
} as const

/** The calls as C declares them. */
interface Library {
  socket(domain: number, type: number, protocol: number): number
  close(fd: number): number
  bind(fd: number, address: Buffer, length: number): number
  connect(fd: number, address: Buffer, length: number): number
  setsockopt(fd: number, level: number, name: number, value: Buffer, length: number): number
  send(fd: number, data: Uint8Array, length: number, flags: number): number
  if_nametoindex(name: string): number
}

const library = fromC((c): Library => ({
  socket: c.func('int socket(int domain, int type, int protocol)'),
  close: c.func('int close(int fd)'),
  bind: c.func('int bind(int fd, const void *address, uint32_t length)'),
  connect: c.func('int connect(int fd, const void *address, uint32_t length)'),
  setsockopt: c.func('int setsockopt(int fd, int level, int name, const void *value, uint32_t length)'),
  send: c.func('intptr_t send(int fd, const void *data, size_t length, int flags)'),
  if_nametoindex: c.func('uint32_t if_nametoindex(const char *name)'),
}))

/** A new UDP socket's descriptor. It is the caller's to close until `dgram` has it. */
export function openUdp(): number {
  return checked('socket', library().socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0))
}

/** A new TCP socket's descriptor. It is the caller's to close until `net` has it. */
export function openTcp(): number {
  return checked('socket', library().socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
}

export function closeDescriptor(fd: number): void {
  library().close(fd)
}

/** From now on the socket hears and sends by that interface alone: SO_BINDTODEVICE, on macOS IP_BOUND_IF. */
export function bindToInterface(fd: number, name: string): void {
  if (!darwin) {
    setOption(fd, SOL_SOCKET, BIND_TO_DEVICE, Buffer.from(`${name}\0`))
    return
  }
  const index = Buffer.alloc(4)
  index.writeInt32LE(interfaceIndex(name) ?? 0)
  setOption(fd, IPPROTO_IP, IP_BOUND_IF, index)
}

export function setFlag(fd: number, flag: keyof typeof SocketFlag, on: boolean): void {
  setOption(fd, SOL_SOCKET, SocketFlag[flag], int(on ? 1 : 0))
}

/** Linux 4.18: whatever is sent leaves as datagrams of `size` bytes, up to 64 of them; 0 ends that. */
export function setSegmentSize(fd: number, size: number): void {
  setOption(fd, SOL_UDP, UDP_SEGMENT, int(size))
}

export function bind(fd: number, address: Ipv4Address, port: number): void {
  const name = socketAddress(address, port)
  checked('bind', library().bind(fd, name, name.length))
}

export function connect(fd: number, address: Ipv4Address, port: number): void {
  const name = socketAddress(address, port)
  checked('connect', library().connect(fd, name, name.length))
}

/** Sends on a connected socket without waiting. The result is the error's symbol, nothing when it was sent. */
export function send(fd: number, data: Uint8Array): string | undefined {
  return library().send(fd, data, data.length, MSG_DONTWAIT) < 0 ? errorCode() : undefined
}

/**
 * Linux: sends on a connected stream without waiting, and lets it wait for what follows, so that both leave
 * together. The result is how many bytes the system took.
 */
export function sendMore(fd: number, data: Uint8Array): number {
  return Math.max(0, library().send(fd, data, data.length, MSG_DONTWAIT | MSG_NOSIGNAL | MSG_MORE))
}

/** The kernel's number for an interface, which a removed and returned adapter gets anew. */
export function interfaceIndex(name: string): number | undefined {
  return library().if_nametoindex(name) || undefined
}

function setOption(fd: number, level: number, name: number, value: Buffer): void {
  checked('setsockopt', library().setsockopt(fd, level, name, value, value.length))
}

function int(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32LE(value)
  return bytes
}

/** struct sockaddr_in: its family is in the byte order of the machine, and macOS puts a length before it. */
function socketAddress(address: Ipv4Address, port: number): Buffer {
  const bytes = Buffer.alloc(16)
  if (darwin) bytes.writeUInt16BE((bytes.length << 8) | AF_INET)
  else bytes.writeUInt16LE(AF_INET)
  bytes.writeUInt16BE(port, 2)
  bytes.writeUInt32BE(ipv4ToNumber(address), 4)
  return bytes
}

/** The result of a system call that did not fail. */
export function checked(call: string, result: number): number {
  if (result < 0) throw new SystemCallError(call, errorCode())
  return result
}

const unknownError = 'EUNKNOWN'

export function errorCode(): string {
  const number = koffi.errno()
  return Object.values<number>(constants.errno).includes(number) ? getSystemErrorName(-number) : unknownError
}
