import { DATA_HEADER } from './data.ts'
import type { Option } from './option.ts'

/** How a transfer goes (RFC 2348, 2349, 7440). */
export interface Agreement {
  /** Payload bytes of every DATA packet but the last. */
  readonly blockSize: number
  /** Blocks sent before an ACK is waited for. */
  readonly windowSize: number
  /** Seconds between retransmissions, when the client named them. */
  readonly timeout?: number
  /** What goes into the OACK, in the client's order; empty means that there is none. */
  readonly options: readonly Option[]
}

export interface NegotiationLimits {
  /** The largest IP packet in bytes that is not fragmented. */
  readonly mtu: number
  /** The bytes that will be transferred, when they are known before (never in netascii). */
  readonly size?: number
  /** The most bytes of DATA packets in one window. */
  readonly windowBytes: number
}

const DEFAULT_BLOCK_SIZE = 512
const IPV4_AND_UDP_HEADERS = 28

/**
 * Answers the options of a read request. Names count in any case; what is unknown, out of range or given a
 * second time is left out of the answer, which RFC 2347 says means that it does not apply. Block and window
 * sizes that are too large for us are answered with our own, as RFC 2348 and RFC 7440 allow.
 */
export function negotiate(requested: readonly Option[], limits: NegotiationLimits): Agreement {
  const seen = new Map<string, Option>()
  for (const option of requested) {
    const name = option.name.toLowerCase()
    if (!seen.has(name)) seen.set(name, option)
  }

  const largestBlock = Math.min(65464, limits.mtu - IPV4_AND_UDP_HEADERS - DATA_HEADER)
  const askedBlock = wholeNumber(seen.get('blksize')?.value, 8, Infinity)
  const blockSize = askedBlock === undefined ? DEFAULT_BLOCK_SIZE : Math.min(askedBlock, largestBlock)

  const largestWindow = Math.max(1, Math.floor(limits.windowBytes / (DATA_HEADER + blockSize)))
  const askedWindow = wholeNumber(seen.get('windowsize')?.value, 1, Infinity)
  const windowSize = Math.min(askedWindow ?? 1, largestWindow, 65535)

  const timeout = wholeNumber(seen.get('timeout')?.value, 1, 255)

  const agreed: Record<string, number | undefined> = {
    blksize: askedBlock === undefined ? undefined : blockSize,
    windowsize: askedWindow === undefined ? undefined : windowSize,
    timeout,
    tsize: limits.size,
  }
  const options: Option[] = []
  for (const [key, { name }] of seen) {
    const value = Object.hasOwn(agreed, key) ? agreed[key] : undefined
    if (value !== undefined) options.push({ name, value: String(value) })
  }
  return { blockSize, windowSize, ...(timeout === undefined ? {} : { timeout }), options }
}

function wholeNumber(text: string | undefined, least: number, most: number): number | undefined {
  if (text === undefined || !/^\d+$/.test(text)) return undefined
  const value = Number(text)
  return value >= least && value <= most ? value : undefined
}
