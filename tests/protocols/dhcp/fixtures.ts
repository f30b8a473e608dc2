import { readFileSync } from 'node:fs'

/** Messages of real clients and of dnsmasq, as UDP payloads: see their names. */
export const REAL_MESSAGES = [
  'ipxe-discover',
  'ipxe-request',
  'oskit-bootp-request',
  'xnu-discover',
  'xnu-request',
  'dnsmasq-offer',
  'dnsmasq-ack',
  'dnsmasq-bootreply',
] as const

export function realMessage(name: (typeof REAL_MESSAGES)[number]): Buffer {
  const text = readFileSync(new URL(`../../fixtures/dhcp/${name}.hex`, import.meta.url), 'ascii')
  return Buffer.from(text.replace(/\s/g, ''), 'hex')
}
