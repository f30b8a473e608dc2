/**
 * Sends hostile datagrams: empty, one byte, random, real ones cut or changed. Parameters: the server's address, how
 * many, and the files of real datagrams in hexadecimal. Prints how many were sent.
 */
import { createSocket } from 'node:dgram'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const [server, count, ...files] = process.argv.slice(2)
const real = files.map((file) => Buffer.from(readFileSync(file, 'ascii').replace(/\s/g, ''), 'hex'))
const requests = [
  Buffer.from('\0\x01pxelinux.0\0octet\0blksize\x001408\0tsize\x000\0'),
  Buffer.from('\0\x01../../etc/passwd\0octet\0'),
  Buffer.from('\0\x02pxelinux.0\0octet\0'),
  Buffer.from('\0\x05\0\0\0'),
]
const dhcpPorts = [67, 68, 4011]

/** xorshift32 (Marsaglia 2003): the same flood every time. */
let state = 0x9e3779b9
function dice(sides: number): number {
  state ^= state << 13
  state ^= state >>> 17
  state ^= state << 5
  return (state >>> 0) % sides
}

function hostile(): { readonly data: Buffer; readonly port: number } {
  const isTftp = dice(2) === 0
  const port = isTftp ? 69 : dhcpPorts[dice(3)]!
  const sources = isTftp ? requests : real
  const source = sources[dice(sources.length)]!
  switch (dice(5)) {
    case 0:
      return { data: Buffer.alloc(dice(2), dice(256)), port }
    case 1:
      return { data: Buffer.from(Array.from({ length: dice(600) }, () => dice(256))), port }
    case 2:
      return { data: source.subarray(0, dice(source.length + 1)), port }
    default: {
      const data = Buffer.from(source)
      for (let changes = dice(6); changes > 0; changes--) data[dice(data.length)] = dice(256)
      return { data, port }
    }
  }
}

const socket = createSocket('udp4')
const total = Number(count)
for (let sent = 0; sent < total;) {
  const burst = Math.min(200, total - sent)
  await new Promise<void>((resolve) => {
    let left = burst
    for (let index = 0; index < burst; index++) {
      const { data, port } = hostile()
      socket.send(data, port, server, () => {
        if (--left === 0) resolve()
      })
    }
  })
  sent += burst
  // The server shares its processors with this flood; what its socket has no room for would never reach it.
  await sleep(15)
}
socket.close()
process.stdout.write(`${total}\n`)
