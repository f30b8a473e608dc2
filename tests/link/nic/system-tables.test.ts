import { describe, expect, it } from 'vitest'
import { parseArpCommand, parseProcArp } from '../../../electron/link/nic/neighbours.ts'
import { socketsOn } from '../../../electron/link/nic/port-owner.ts'

describe('the ARP table', () => {
  it('gives the complete entries of one interface on Linux', () => {
    const table = [
      'IP address       HW type     Flags       HW address            Mask     Device',
      '10.77.0.2        0x1         0x2         52:54:00:12:34:56     *        eth0',
      '10.77.0.3        0x1         0x0         00:00:00:00:00:00     *        eth0',
      '10.77.0.4        0x1         0x2         52:54:00:aa:aa:aa     *        eth1',
    ].join('\n')
    expect([...parseProcArp(table, 'eth0')]).toEqual([['10.77.0.2', '52:54:00:12:34:56']])
  })

  it('is read as macOS prints it, without leading zeros', () => {
    const output =
      '? (10.77.0.2) at 0:e0:4c:68:0:1 on en5 ifscope [ethernet]\n? (10.77.0.3) at (incomplete) on en5\n'
    expect([...parseArpCommand(output)]).toEqual([['10.77.0.2', '00:e0:4c:68:00:01']])
  })

  it('is read as Windows prints it, with dashes', () => {
    const output = 'Interface: 10.77.0.1 --- 0x5\r\n  10.77.0.2             00-E0-4C-68-00-01     dynamic\r\n'
    expect([...parseArpCommand(output)]).toEqual([['10.77.0.2', '00:e0:4c:68:00:01']])
  })
})

describe('the sockets on a port', () => {
  const head =
    '   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode'
  const line = (local: string, inode: number) =>
    `  1: ${local} 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 ${inode} 2 0 0`
  const table = [
    head,
    line('00000000:0043', 101),
    line('01004D0A:0043', 102),
    line('0100007F:0043', 103),
    line('00000000:0045', 104),
    line(`${'0'.repeat(32)}:0043`, 105),
  ].join('\n')

  it('are those of all addresses and of the one that is wanted', () => {
    expect(socketsOn(table, 67, '10.77.0.1')).toEqual(['socket:[101]', 'socket:[102]', 'socket:[105]'])
    expect(socketsOn(table, 69, '10.77.0.1')).toEqual(['socket:[104]'])
    expect(socketsOn(table, 4011, '10.77.0.1')).toEqual([])
  })
})
