import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { REAL_MESSAGES, realMessage } from '../../protocols/dhcp/fixtures.ts'
import { Harness, request } from './harness.ts'

const endpoint = fc.record({
  address: fc.constantFrom('0.0.0.0', '10.77.0.60', '10.77.0.1', '192.168.1.1', '255.255.255.255'),
  port: fc.constantFrom(0, 67, 68, 4011, 65535),
})
const changed = fc
  .tuple(fc.constantFrom(...REAL_MESSAGES), fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 8 }))
  .map(([name, changes]) => {
    const bytes = realMessage(name)
    for (const [at, value] of changes) bytes[at % bytes.length] = value
    return bytes
  })
const cut = fc.tuple(changed, fc.nat(500)).map(([bytes, length]) => bytes.subarray(0, length))
const datagram = fc.record({
  port: fc.constantFrom(67, 68, 4011),
  bytes: fc.oneof(fc.uint8Array({ maxLength: 600 }), changed, cut),
  from: endpoint,
})

describe.each(['full', 'proxy'] as const)('a server in %s mode', (mode) => {
  it('still answers after any sequence of datagrams, and nothing is thrown at the link', async () => {
    const harness = await Harness.start({ mode })
    fc.assert(
      fc.property(fc.array(datagram, { maxLength: 20 }), (datagrams) => {
        for (const { port, bytes, from } of datagrams) harness.link.deliver(port, bytes, from)
        expect(harness.deliver(realMessage('ipxe-discover'))).toHaveLength(1)
      }),
      { numRuns: 300 },
    )
  })
})

describe('what goes wrong', () => {
  it('in a message is told once a minute, not once a message', async () => {
    const harness = await Harness.start()
    for (let count = 0; count < 100; count += 1) harness.deliver(Buffer.of(1, 1, 6))
    expect(harness.told('notice').map(({ text }) => text)).toEqual([
      expect.stringContaining('A malformed DHCP message was ignored: hops'),
    ])
  })

  it('in an option that decides is told with the client', async () => {
    const harness = await Harness.start()
    const bytes = request(undefined, { with: (options) => options.setRaw(53, Buffer.of(42)) })
    expect(harness.deliver(bytes)).toEqual([])
    expect(harness.told('dhcp-received')[0]).toMatchObject({ ignored: expect.stringContaining('42') })
  })

  it('in the chain leaves the server answering', async () => {
    let broken = true
    const harness = await Harness.start({
      bootAnswer: () => {
        if (broken) throw new Error('no such file')
        return { file: 'pxelinux.0' }
      },
    })
    expect(harness.deliver(realMessage('ipxe-discover'))).toEqual([])
    expect(harness.told('notice')[0]?.text).toContain('no such file')
    broken = false
    expect(harness.ask(realMessage('ipxe-discover')).type).toBe('OFFER')
  })
})
