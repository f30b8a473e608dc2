/**
 * A service as small as it can be on a real interface, for the tests of link, keeper and privileges. It reports in
 * JSON lines on standard output, takes commands as lines on standard input, and answers datagrams by their text:
 * `broadcast` goes to everyone on the port it came from, `window` back as ten datagrams from a new port, anything
 * else straight back.
 */
import { createInterface } from 'node:readline'
import { LinkError, type Endpoint } from '../../../electron/link/link.ts'
import { openNic } from '../../../electron/link/nic/nic.ts'
import { ANY_ADDRESS, BROADCAST_ADDRESS, parseSubnet } from '../../../electron/protocols/addresses.ts'
import { startKeeper } from '../../../electron/service/keeper.ts'
import { dropPrivileges } from '../../../electron/service/privileges.ts'

/** The program's one parameter, in JSON. */
export interface NicServiceOptions {
  readonly interface: string
  readonly ports: readonly number[]
  /** Which address of the interface to be. */
  readonly use?: string
  readonly keeper?: {
    readonly program: string
    readonly recordFolder: string
    readonly address?: string
    /** Those of the service by default. */
    readonly ports?: readonly number[]
  }
  readonly drop?: boolean
}

const options = JSON.parse(process.argv[2] ?? '') as NicServiceOptions

function report(line: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

async function serve(): Promise<void> {
  const keeper =
    options.keeper &&
    (await startKeeper({
      program: options.keeper.program,
      recordFolder: options.keeper.recordFolder,
      interface: options.interface,
      ports: options.keeper.ports ?? options.ports,
      ...(options.keeper.address === undefined ? {} : { address: parseSubnet(options.keeper.address) }),
    }))
  const link = await openNic({
    interface: options.interface,
    ...(options.use === undefined ? {} : { address: options.use }),
    ...(keeper === undefined ? {} : { keeper }),
  })
  link.onChange((change) => report({ change }))

  for (const number of options.ports) {
    const port = await link.open(number, (data, from) => {
      const text = data.toString()
      report({ heard: text, from: from.address, on: number })
      if (text === 'broadcast') port.send(data, { address: BROADCAST_ADDRESS, port: from.port })
      else if (text === 'window') void sendWindow(from)
      else if (from.address !== ANY_ADDRESS) port.send(data, from)
    })
  }

  async function sendWindow(to: Endpoint): Promise<void> {
    const peer = await link.connect(to, (data) => peer.send(data))
    peer.sendSegments(Buffer.alloc(10 * 1400, 'w'), 1400)
  }

  const user = options.drop === true ? dropPrivileges() : undefined
  report({ ready: link.address, keeper: keeper?.pid, leftovers: keeper?.leftovers, user })

  createInterface({ input: process.stdin }).on('line', (line) => {
    const [command, address = ''] = line.split(' ')
    if (command === 'close') void link.close().then(() => process.exit())
    if (command === 'in-use') void link.isInUse(address, 1_000).then((inUse) => report({ inUse, address }))
    if (command === 'hardware')
      void link.hardwareAddressOf(address).then((mac) => report({ hardware: mac ?? null, address }))
  })
}

await serve().catch((error: unknown) => {
  if (!(error instanceof LinkError)) throw error
  report({ error: error.code, message: error.message, remedies: error.remedies })
  process.exit(1)
})
