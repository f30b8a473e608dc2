import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { InterfaceFacts } from '../../../electron/link/interfaces/facts.ts'
import { rankInterfaces } from '../../../electron/link/interfaces/rank.ts'

function facts(name: string, differences: Partial<InterfaceFacts> = {}): InterfaceFacts {
  return {
    name,
    kind: 'wired',
    link: 'up',
    addresses: [],
    mac: '52:54:00:12:34:56',
    mtu: 1500,
    isDefaultRoute: false,
    ...differences,
  }
}

function order(...interfaces: InterfaceFacts[]): string[] {
  return rankInterfaces(interfaces).map(({ name }) => name)
}

describe('the ranking of interfaces', () => {
  it('puts a live cable without a default route before everything else', () => {
    expect(
      order(
        facts('docker0', { kind: 'virtual' }),
        facts('wlan0', { kind: 'wifi', isDefaultRoute: true }),
        facts('eth2', { isDefaultRoute: true }),
        facts('eth1', { link: 'down' }),
        facts('eth0'),
      ),
    ).toEqual(['eth0', 'eth1', 'eth2', 'wlan0', 'docker0'])
  })

  it('prefers the laptop socket whose target is still off to the office network', () => {
    expect(order(facts('office', { isDefaultRoute: true }), facts('target', { link: 'down' }))).toEqual([
      'target',
      'office',
    ])
  })

  it('prefers a live virtual adapter to a dead one', () => {
    expect(
      order(facts('br0', { kind: 'virtual', link: 'down' }), facts('tap0', { kind: 'virtual' })),
    ).toEqual(['tap0', 'br0'])
  })

  it('sorts equals as people count', () => {
    expect(order(facts('eth10'), facts('eth9'), facts('eth1'))).toEqual(['eth1', 'eth9', 'eth10'])
  })

  it('leaves out what no target can be at the other end of', () => {
    expect(order(facts('lo', { kind: 'loopback' }), facts('wwan0', { kind: 'other' }))).toEqual([])
  })

  it('puts a network with a DHCP server behind a cable to a target, and names the server', () => {
    const lease = { address: '192.168.1.20', server: '192.168.1.1' }
    const found = rankInterfaces([
      facts('office', { lease }),
      facts('target'),
      facts('off', { link: 'down' }),
    ])
    expect(found.map(({ name, isRisky }) => [name, isRisky])).toEqual([
      ['target', false],
      ['off', false],
      ['office', true],
    ])
    expect(found[2]?.otherServer).toBe(
      'A DHCP server answered here: 192.168.1.1 (this computer has its own address from it).',
    )
    const [unnamed] = rankInterfaces([facts('office', { lease: { address: '192.168.1.20' } })])
    expect(unnamed?.otherServer).toContain('192.168.1.20')
  })

  it('says why, for each kind of place in it', () => {
    const reasons = rankInterfaces([
      facts('a'),
      facts('b', { link: 'down' }),
      facts('c', { isDefaultRoute: true }),
      facts('d', { kind: 'wifi' }),
      facts('e', { kind: 'virtual' }),
    ]).map(({ reason }) => reason)
    expect(reasons).toEqual([
      expect.stringContaining('live link and no default route'),
      expect.stringContaining('without a live link'),
      expect.stringContaining('default route'),
      expect.stringContaining('Wi-Fi'),
      expect.stringContaining('virtual'),
    ])
  })

  it('does not depend on the order in which the system lists them', () => {
    const arbitrary = fc.uniqueArray(
      fc.record({
        name: fc.stringMatching(/^[a-z]{1,4}\d{0,2}$/),
        kind: fc.constantFrom<InterfaceFacts['kind']>('wired', 'wifi', 'virtual'),
        link: fc.constantFrom<InterfaceFacts['link']>('up', 'down', 'unknown'),
        isDefaultRoute: fc.boolean(),
      }),
      { selector: ({ name }) => name, maxLength: 8 },
    )
    fc.assert(
      fc.property(arbitrary, (interfaces) => {
        const listed = interfaces.map(({ name, ...rest }) => facts(name, rest))
        expect(order(...listed)).toEqual(order(...listed.toReversed()))
        expect(rankInterfaces(listed).map(({ rank }) => rank)).toEqual(listed.map((_, index) => index + 1))
      }),
    )
  })
})
