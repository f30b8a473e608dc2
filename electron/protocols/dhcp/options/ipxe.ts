import type { OptionCodec } from '../options.ts'
import { readSuboptions, writeSuboptions, type Suboptions } from './suboptions.ts'

/** iPXE's own options in option 175, which its ROMs also send (ipxe.org/howto/dhcpd, "iPXE-specific options"). */
export const ipxeOptions: OptionCodec<Suboptions> = {
  code: 175,
  name: 'iPXE options',
  decode: (bytes) => readSuboptions(bytes, 'iPXE', false),
  encode: (value) => writeSuboptions(value, 'iPXE', false),
  describe: (value) => [...value.keys()].join(', '),
}

/** `no-pxedhcp`: take this offer, and do not wait for a ProxyDHCP server's. Without it iPXE waits three seconds. */
export const NO_PROXY_DHCP: Suboptions = new Map([[176, Uint8Array.of(1)]])
