/** Receiving on connected sockets without the event loop. Linux only. */
import { fromC } from './library.ts'
import { closeDescriptor } from './sockets.ts'

const MSG_DONTWAIT = 0x40
const EPOLL_CLOEXEC = 0o2000000
const EPOLL_CTL_ADD = 1
const EPOLL_CTL_DEL = 2
const EPOLLIN = 1
const F_SETFL = 4
const O_RDWR = 2
const O_NONBLOCK = 0o4000
const SOL_SOCKET = 1
const SO_RCVTIMEO = 20

interface Library {
  recv(fd: number, data: Buffer, length: number, flags: number): number
  fcntl(fd: number, command: number, type: 'int', value: number): number
  setsockopt(fd: number, level: number, name: number, value: Buffer, length: number): number
  epoll_create1(flags: number): number
  epoll_ctl(epoll: number, operation: number, fd: number, event: Buffer | null): number
  epoll_wait(epoll: number, events: Buffer, most: number, timeout: number): number
}

const library = fromC((c): Library => ({
  recv: c.func('intptr_t recv(int fd, void *data, size_t length, int flags)'),
  fcntl: c.func('int fcntl(int fd, int command, ...)'),
  setsockopt: c.func('int setsockopt(int fd, int level, int name, const void *value, uint32_t length)'),
  epoll_create1: c.func('int epoll_create1(int flags)'),
  epoll_ctl: c.func('int epoll_ctl(int epoll, int operation, int fd, const void *event)'),
  epoll_wait: c.func('int epoll_wait(int epoll, void *events, int most, int timeout)'),
}))

/** Receives one datagram, at once or never. The result is its length, negative when there is none. */
export function receive(fd: number, into: Buffer): number {
  return library().recv(fd, into, into.length, MSG_DONTWAIT)
}

/** The same, but waits where `setBlocking` and `setPatience` have it wait. */
export function awaitDatagram(fd: number, into: Buffer): number {
  return library().recv(fd, into, into.length, 0)
}

/** Makes `awaitDatagram` wait, or not. The event loop is only to see descriptors on which it does not. */
export function setBlocking(fd: number, blocking: boolean): void {
  library().fcntl(fd, F_SETFL, 'int', blocking ? O_RDWR : O_RDWR | O_NONBLOCK)
}

/** How long `awaitDatagram` waits at the most where it waits; the kernel counts in ticks of up to 10 ms. */
export function setPatience(fd: number, milliseconds: number): void {
  const timeval = Buffer.alloc(16)
  timeval.writeInt32LE(1000 * milliseconds, 8)
  library().setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, timeval, timeval.length)
}

/** The most descriptors that one `wait` tells of. */
const MOST_READY = 64
/** struct epoll_event: the events, then our number. It is packed on x86-64 alone. */
const EVENT_SIZE = process.arch === 'x64' ? 12 : 16
const NUMBER_AT = process.arch === 'x64' ? 4 : 8

/** Descriptors that are waited for together. Linux only. */
export class ReadySet {
  readonly #epoll = library().epoll_create1(EPOLL_CLOEXEC)
  readonly #events = Buffer.alloc(EVENT_SIZE * MOST_READY)

  close(): void {
    closeDescriptor(this.#epoll)
  }

  add(fd: number): void {
    const event = Buffer.alloc(EVENT_SIZE)
    event.writeInt32LE(EPOLLIN)
    event.writeInt32LE(fd, NUMBER_AT)
    library().epoll_ctl(this.#epoll, EPOLL_CTL_ADD, fd, event)
  }

  remove(fd: number): void {
    library().epoll_ctl(this.#epoll, EPOLL_CTL_DEL, fd, null)
  }

  /** Waits for at most `milliseconds`; the result is how many descriptors are ready. */
  wait(milliseconds: number): number {
    return library().epoll_wait(this.#epoll, this.#events, MOST_READY, milliseconds)
  }

  /** One of the descriptors that the last `wait` found. */
  ready(index: number): number {
    return this.#events.readInt32LE(index * EVENT_SIZE + NUMBER_AT)
  }
}
