import { describe, expect, it } from 'vitest'
import { addressCommands } from '../../electron/service/address.ts'

describe('an address for the session', () => {
  const subnet = { address: '10.77.0.1', prefixLength: 24 }
  const lines = (commands: readonly (readonly string[])[]) => commands.map((words) => words.join(' '))

  it.each([
    [
      'linux',
      ['ip link set dev eth0 up', 'ip address add 10.77.0.1/24 broadcast + dev eth0'],
      ['ip address delete 10.77.0.1/24 dev eth0'],
    ],
    [
      'darwin',
      ['ifconfig eth0 inet 10.77.0.1 netmask 255.255.255.0 alias'],
      ['ifconfig eth0 inet 10.77.0.1 -alias'],
    ],
    [
      'win32',
      ['netsh interface ipv4 add address eth0 10.77.0.1 255.255.255.0'],
      ['netsh interface ipv4 delete address eth0 10.77.0.1'],
    ],
  ] as const)('is given and taken back on %s by the commands of its own', (platform, add, remove) => {
    const commands = addressCommands(platform, 'eth0', subnet)
    expect(lines(commands.add)).toEqual(add)
    expect(lines(commands.remove)).toEqual(remove)
  })
})
