import { expect, it } from 'vitest'
import {
  broadcastAddress,
  contains,
  ipv4FromNumber,
  ipv4ToNumber,
  macFromBytes,
  macToBytes,
  netmask,
  networkAddress,
  parseSubnet,
} from '../../electron/protocols/addresses.ts'

it('turns addresses into numbers and back', () => {
  for (const address of ['0.0.0.0', '10.77.0.1', '192.168.188.1', '255.255.255.255'])
    expect(ipv4FromNumber(ipv4ToNumber(address))).toBe(address)
  expect(ipv4ToNumber('10.77.0.1')).toBe(0x0a4d0001)
  expect(macFromBytes(macToBytes('52:54:00:AB:cd:ef'))).toBe('52:54:00:ab:cd:ef')
})

it.each(['10.77.0', '10.77.0.256', '10.77.0.1.2', 'ten', '10.77.0.-1', ' 10.77.0.1', '1e1.0.0.0', ''])(
  'refuses "%s" as an address and repeats it',
  (text) => expect(() => ipv4ToNumber(text)).toThrow(`"${text}" is not four numbers from 0 to 255`),
)

it('knows the borders of a subnet', () => {
  const subnet = parseSubnet('10.77.3.9/22')
  expect(netmask(22)).toBe('255.255.252.0')
  expect(networkAddress(subnet)).toBe('10.77.0.0')
  expect(broadcastAddress(subnet)).toBe('10.77.3.255')
  expect(contains(subnet, '10.77.0.200')).toBe(true)
  expect(contains(subnet, '10.77.4.1')).toBe(false)
  expect([netmask(0), netmask(32)]).toEqual(['0.0.0.0', '255.255.255.255'])
})

it.each(['10.77.0.1', '10.77.0.1/', '10.77.0.1/33', '10.77.0.1/x', '10.77.0/24'])(
  'refuses "%s" as a subnet',
  (text) => expect(() => parseSubnet(text)).toThrow(text.split('/')[0]),
)
