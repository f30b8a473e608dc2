import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { crc32 } from 'node:zlib'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Wire } from '../../electron/link/wire/wire.ts'
import { BROADCAST_ADDRESS, type Ipv4Address } from '../../electron/protocols/addresses.ts'
import { decodeMessage } from '../../electron/protocols/dhcp/decode.ts'
import { encodeMessage } from '../../electron/protocols/dhcp/encode.ts'
import { CLIENT_PORT, SERVER_PORT, message } from '../../electron/protocols/dhcp/message.ts'
import { Options } from '../../electron/protocols/dhcp/options.ts'
import { messageType } from '../../electron/protocols/dhcp/options/message-type.ts'
import {
  domainName,
  domainNameServers,
  hostName,
  subnetMask,
} from '../../electron/protocols/dhcp/options/standard.ts'
import { noVirtualTarget } from './bootwire.ts'
import { makeCombinedImage } from './mkmbimage.ts'
import { calledAs, NetbootLab, withoutPxe } from './netboot.ts'
import { unless } from '../skipping.ts'

const UP = '\x1b[A'
const LEFT = '\x1b[D'
const HOME = '\x1b[H'
const BACKSPACE = '\x7f'

describe('at the prompt of NetBoot', unless(noVirtualTarget()), () => {
  const lab = new NetbootLab()
  afterEach(() => lab.clear())
  afterAll(() => lab.close())

  it('every line of the manual does what it says there', async () => {
    const { target, run } = await lab.start({ machine: withoutPxe('-h -f') })
    const greeting = await target.hear('NetBoot> ')
    expect(greeting).toMatch(
      /NetBoot metakernel, Bootwire \d+\.\d+\.\d+\r\nI am target-\S+ \(IP: 10\.77\.0\.\d+, mask: 255\.255\.255\.0\)\r\n/,
    )
    expect(greeting).toContain('Type "help" for help.')

    for (const help of ['help', '?'])
      expect(await run(help)).toContain('[protocol@]host:/directory/file [arguments]')
    for (const bad of ['hello', '10.77.0.1:hello', '10.77.0.1:/kernels/', ':/hello', 'helpme'])
      expect(await run(bad)).toContain('Bad command line, type "help" for help.')
    expect(await run('   ')).not.toContain('Bad')

    // Arguments, and the toggles of what NetBoot was booted with.
    const kernel = '10.77.0.1:/kernels/returning'
    expect(await run(`  ${kernel}`)).toMatch(calledAs('returning', '-h -f --'))
    expect(await run(`${kernel} a  b/c`)).toMatch(calledAs('returning', '-h -f -- a b/c'))
    expect(await run(`${kernel} X=y -d2 -- 1 -h`)).toMatch(calledAs('returning', '-h -f X=y -d2 -- 1 -h'))
    expect(await run(`${kernel} -h -f -- 1`)).toMatch(calledAs('returning', '-- 1'))
    expect(await run('!!')).toMatch(calledAs('returning', '-- 1'))
    expect(await run('tftp@10.77.0.1:/nothing')).toContain("Can't get the kernel, try again.")

    // Editing: the end is deleted, the middle mended, the beginning completed, and the last line fetched again.
    expect(await run(`${kernel}x${BACKSPACE} 1`)).toMatch(calledAs('returning', '-h -f -- 1'))
    expect(await run(`${kernel} 13${LEFT}2`)).toMatch(calledAs('returning', '-h -f -- 123'))
    expect(await run(`${kernel.slice(1)} 4${HOME}1`)).toMatch(calledAs('returning', '-h -f -- 4'))
    expect(await run(`${UP}${UP}${BACKSPACE}`)).toMatch(calledAs('returning', '-h -f -- 12'))
  })

  it.each([
    { options: '', baud: 115200, onScreen: true },
    { options: '-f', baud: 115200, onScreen: true },
    { options: '-h', baud: 9600, onScreen: false },
    { options: '-h -f', baud: 115200, onScreen: false },
  ])('is at $baud baud when booted with "$options"', async ({ options, baud, onScreen }) => {
    const { target, run } = await lab.start({ machine: withoutPxe(options) })
    await target.hear('NetBoot> ')
    expect(await target.baud()).toBe(baud)
    expect((await target.screen()).includes('NetBoot>')).toBe(onScreen)
    await target.press('h', 'e', 'l', 'p', 'ret')
    if (onScreen) await target.hear('NetBoot> ')
    // The kernel writes at its own speed, and NetBoot at its own again.
    expect(await run('10.77.0.1:/kernels/returning')).not.toContain('Type the name')
    expect(await target.baud()).toBe(baud)
    expect((await target.screen()).includes('NetBoot>')).toBe(onScreen)
  })

  it('a file that cannot be booted is refused in words, and the next can be', async () => {
    const { target, run } = await lab.start({ machine: withoutPxe() })
    await target.hear('NetBoot> ')
    const refusals = {
      '/missing/file': "Can't mount filesystem: No such file or directory.",
      '/kernels/missing': "Can't lookup missing: No such file or directory.",
      '/kernels': "Can't read kernels: it is no regular file.",
      '/kernels/circle': "Can't follow the link circle: it leads in a circle.",
      '/kernels/no-kernel': "Can't boot no-kernel: There is no MultiBoot header in its first 8192 bytes.",
      '/kernels/demanding': "Can't boot demanding: Its MultiBoot header demands what is not known here.",
      '/kernels/too-high': 'kernel wants to be loaded beyond available physical memory',
      '/kernels/on-screen': 'kernel wants to be loaded on top of I/O space',
      '/kernels/cut-off': "Can't boot cut-off: The file is shorter than its ELF headers say.",
      '/kernels/damaged.gz': 'damaged.gz is a damaged gzip file.',
      '/kernels/returning --- 10.77.0.1:/kernels/missing': "Can't get a module, try again.",
    }
    for (const [path, words] of Object.entries(refusals))
      expect(await run(`10.77.0.1:${path}`)).toContain(words)
    for (const good of ['packed.gz', 'without-elf', 'link'])
      expect(await run(`10.77.0.1:/kernels/${good}`)).toMatch(calledAs(good, '--'))
  })

  it('a kernel gets its modules, its arguments and what memory is left', async () => {
    const { target, run } = await lab.start({ machine: withoutPxe() })
    await target.hear('NetBoot> ')
    const said = await run(
      '10.77.0.1:/kernels/hello a --- 10.77.0.1:/kernels/large b c --- nfs2@10.77.0.1:/kernels/hello',
    )
    expect(said).toMatch(/Command line: hello -retaddr 0x[0-9a-f]{8} -- a \r\n/)
    expect(said).toMatch(/Boot loader: Bootwire NetBoot/)
    for (const [name, line] of [
      ['large', 'large b c'],
      ['hello', 'hello'],
    ] as const) {
      const bytes = readFileSync(join(lab.folder, 'kernels', name))
      const sum = crc32(bytes).toString(16).padStart(8, '0')
      expect(said).toContain(`: ${line}\r\n  ${bytes.length} bytes, CRC-32 ${sum}`)
    }
    expect(said).toContain('All is well.')
    // The map ends where NetBoot begins, which is where it is called again.
    const returnAddress = parseInt(/-retaddr 0x([0-9a-f]{8})/.exec(said)![1]!, 16)
    const upper = Number(/KB lower, (\d+) KB upper/.exec(said)![1]) * 1024 + 2 ** 20
    expect(returnAddress).toBeGreaterThan(upper)
    expect(upper).toBeGreaterThan(50 * 2 ** 20)
    const available = [...said.matchAll(/([0-9a-f]{16}) \+ ([0-9a-f]{16}) available/g)]
    const ends = available.map(([, base, length]) => parseInt(base!, 16) + parseInt(length!, 16))
    expect(Math.max(...ends)).toBe(upper)
  })

  it('an image that mkmbimage has combined brings its modules along', async () => {
    const parts = ['large', 'packed.gz'].map((name) => join(lab.folder, 'kernels', name))
    const image = makeCombinedImage([
      { path: join(lab.folder, 'kernels', 'hello'), string: 'hello' },
      ...parts.map((path, index) => ({ path, string: `module ${index}` })),
    ])
    writeFileSync(join(lab.folder, 'kernels', 'Image'), image)
    const { target, run } = await lab.start({ machine: withoutPxe() })
    await target.hear('NetBoot> ')
    const said = await run('10.77.0.1:/kernels/Image a')
    expect(said).toMatch(/Command line: Image -retaddr 0x[0-9a-f]{8} -- a \r\n/)
    for (const [index, path] of parts.entries()) {
      const bytes = readFileSync(path)
      const sum = crc32(bytes).toString(16).padStart(8, '0')
      expect(said).toContain(`: module ${index}\r\n  ${bytes.length} bytes, CRC-32 ${sum}`)
    }
    expect(said).toContain('All is well.')
  })

  it('is asked what to do when no BOOTP server answers, and can be told everything by hand', async () => {
    const { target, run } = await lab.start({ withoutDhcp: true, machine: withoutPxe() })
    const answers = [
      ['No bootp server found for any interface!  Try again? [n] ', ''],
      ['Enter bootp information manually? [y] ', ''],
      ['IP address: ', '10.77.0.9'],
      ['Netmask: ', '255.255.255.0'],
      ['Gateway: ', ''],
      ['Nameserver: ', ''],
      ['Hostname: ', 'mine'],
    ] as const
    for (const [question, answer] of answers) {
      await target.hear(question)
      target.type(`${answer}\r`)
    }
    expect(await target.hear('NetBoot> ')).toContain('I am mine (IP: 10.77.0.9, mask: 255.255.255.0)')
    expect(await run('10.77.0.1:/kernels/returning')).toMatch(calledAs('returning', '--'))
    expect(await run('somewhere:/kernels/returning')).toContain("Can't find the address of somewhere.")
  })

  it('asks BOOTP again when told to, and the name server that it was told of', async () => {
    const { served, target, run } = await lab.start({ withoutDhcp: true, machine: withoutPxe() })
    await target.hear('Try again? [n] ')
    await answerBootp(served.wire)
    const asked = await answerNames(served.wire, { 'kernels.lab.test': '10.77.0.1' })
    target.type('y\r')
    const greeting = await target.hear('NetBoot> ')
    expect(greeting).toContain('I am tester.lab.test (IP: 10.77.0.7, mask: 255.255.255.0)')
    expect(greeting).toContain(' Nameserver: 10.77.0.1')
    expect(await run('kernels:/kernels/returning')).toMatch(calledAs('returning', '--'))
    expect(await run('kernels.lab.test:/kernels/returning')).toMatch(calledAs('returning', '--'))
    expect(await run('others:/kernels/returning')).toContain("Can't find the address of others.")
    expect(asked).toEqual(['kernels.lab.test', 'kernels.lab.test', 'others.lab.test'])
  })
})

/** A BOOTP server without DHCP, as there were in 1997. */
async function answerBootp(wire: Wire): Promise<void> {
  const socket = await wire.open(SERVER_PORT, (data) => {
    const request = decodeMessage(data)
    const options = new Options()
      .set(subnetMask, '255.255.255.0')
      .set(domainNameServers, [wire.address])
      .set(hostName, 'tester')
      .set(domainName, 'lab.test')
    const { xid, chaddr } = request
    const reply = message({ op: 'reply', xid, chaddr, yiaddr: '10.77.0.7', siaddr: wire.address, options })
    if (!request.options.has(messageType))
      socket.send(encodeMessage(reply).bytes, { address: BROADCAST_ADDRESS, port: CLIENT_PORT })
  })
}

/** A name server (RFC 1035) of a few names, which answers by an alias. Gives the list of what it was asked. */
async function answerNames(wire: Wire, names: Readonly<Record<string, Ipv4Address>>): Promise<string[]> {
  const asked: string[] = []
  const socket = await wire.open(53, (data, from) => {
    const labels: string[] = []
    let at = 12
    for (; data[at] !== 0; at += 1 + data[at]!)
      labels.push(data.toString('latin1', at + 1, at + 1 + data[at]!))
    const name = labels.join('.')
    asked.push(name)
    const address = names[name]
    const question = data.subarray(12, at + 5)
    const record = (type: number, value: Buffer) =>
      Buffer.concat([Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 9, 0, value.length]), value])
    const answers =
      address === undefined ? [] : [record(5, Buffer.from([0xc0, 12])), record(1, bytesOf(address))]
    const header = Buffer.from([
      data[0]!,
      data[1]!,
      0x81,
      address === undefined ? 0x83 : 0x80,
      0,
      1,
      0,
      answers.length,
      0,
      0,
      0,
      0,
    ])
    socket.send(Buffer.concat([header, question, ...answers]), from)
  })
  return asked
}

const bytesOf = (address: Ipv4Address) => Buffer.from(address.split('.').map(Number))
