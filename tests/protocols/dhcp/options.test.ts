import { describe, expect, it } from 'vitest'
import { DecodeError } from '../../../electron/protocols/bytes.ts'
import type { OptionCodec } from '../../../electron/protocols/dhcp/options.ts'
import {
  clientArchitecture,
  firmwareOf,
} from '../../../electron/protocols/dhcp/options/client-architecture.ts'
import { clientIdentifier } from '../../../electron/protocols/dhcp/options/client-identifier.ts'
import { machineIdentifier } from '../../../electron/protocols/dhcp/options/machine-identifier.ts'
import { messageType } from '../../../electron/protocols/dhcp/options/message-type.ts'
import { networkInterface } from '../../../electron/protocols/dhcp/options/network-interface.ts'
import { overload } from '../../../electron/protocols/dhcp/options/overload.ts'
import { parameterRequestList } from '../../../electron/protocols/dhcp/options/parameter-request-list.ts'
import { LOAD_OFFERED_FILE, pxeOptions } from '../../../electron/protocols/dhcp/options/pxe.ts'
import { relayAgentInformation } from '../../../electron/protocols/dhcp/options/relay-agent.ts'
import * as standard from '../../../electron/protocols/dhcp/options/standard.ts'
import { userClass } from '../../../electron/protocols/dhcp/options/user-class.ts'

interface Golden<T = unknown> {
  readonly option: OptionCodec<T>
  readonly code: number
  readonly hex: string
  readonly value: T
  readonly text: string
}

function golden<T>(option: OptionCodec<T>, code: number, hex: string, value: T, text: string): Golden {
  return { option, code, hex, value, text }
}

const bytes = (hex: string) => Buffer.from(hex, 'hex')

const GOLDENS = [
  golden(standard.subnetMask, 1, 'ffffff00', '255.255.255.0', '255.255.255.0'),
  golden(standard.routers, 3, '0a4d00010a4d0002', ['10.77.0.1', '10.77.0.2'], '10.77.0.1, 10.77.0.2'),
  golden(standard.domainNameServers, 6, '0a4d0001', ['10.77.0.1'], '10.77.0.1'),
  golden(standard.hostName, 12, '7461726765742d31', 'target-1', '"target-1"'),
  golden(standard.domainName, 15, '746573742e6c616e', 'test.lan', '"test.lan"'),
  golden(standard.configurationFile, 209, '612e636667', 'a.cfg', '"a.cfg"'),
  golden(standard.rootPath, 17, '31302e37372e302e313a2f78', '10.77.0.1:/x', '"10.77.0.1:/x"'),
  golden(standard.broadcastAddressOption, 28, '0a4d00ff', '10.77.0.255', '10.77.0.255'),
  golden(standard.requestedAddress, 50, '0a4d0032', '10.77.0.50', '10.77.0.50'),
  golden(standard.leaseTime, 51, '00000e10', 3600, '3600 s'),
  golden(standard.leaseTime, 51, 'ffffffff', 0xffffffff, 'for ever'),
  golden(overload, 52, '03', { file: true, sname: true }, 'file and sname'),
  golden(messageType, 53, '01', 'DISCOVER' as const, 'DISCOVER'),
  golden(messageType, 53, '08', 'INFORM' as const, 'INFORM'),
  golden(standard.serverIdentifier, 54, '0a4d0001', '10.77.0.1', '10.77.0.1'),
  golden(parameterRequestList, 55, '010306', [1, 3, 6], '1 3 6'),
  golden(standard.messageText, 56, '6e6f', 'no', '"no"'),
  golden(standard.maximumMessageSize, 57, '05c0', 1472, '1472 bytes'),
  golden(standard.renewalTime, 58, '00000708', 1800, '1800 s'),
  golden(standard.rebindingTime, 59, '00000c4e', 3150, '3150 s'),
  golden(standard.vendorClass, 60, '505845436c69656e74', 'PXEClient', '"PXEClient"'),
  golden(
    clientIdentifier,
    61,
    '01525400123456',
    { type: 1, identifier: bytes('525400123456') },
    '52:54:00:12:34:56',
  ),
  golden(standard.tftpServerName, 66, '31302e37372e302e31', '10.77.0.1', '"10.77.0.1"'),
  golden(standard.bootFileName, 67, '626f6f742e30', 'boot.0', '"boot.0"'),
  golden(userClass, 77, '0469505845026f6b', ['iPXE', 'ok'], 'iPXE, ok'),
  golden(
    relayAgentInformation,
    82,
    '0104657468300202abcd',
    new Map([
      [1, bytes('65746830')],
      [2, bytes('abcd')],
    ]),
    '1: 65746830, 2: abcd',
  ),
  golden(clientArchitecture, 93, '00070000', [7, 0], 'x64 UEFI, x86 BIOS'),
  golden(networkInterface, 94, '010201', { type: 1, major: 2, minor: 1 }, 'UNDI 2.1'),
  golden(
    machineIdentifier,
    97,
    '0000112233445566778899aabbccddeeff',
    { type: 0, guid: bytes('00112233445566778899aabbccddeeff') },
    '00112233-4455-6677-8899-aabbccddeeff',
  ),
  golden(pxeOptions, 43, '060108ff', { discoveryControl: LOAD_OFFERED_FILE }, 'discovery control 8'),
  golden(
    pxeOptions,
    43,
    '0a020041470400020001ff',
    { bootItem: { type: 2, layer: 1 }, others: new Map([[10, bytes('0041')]]) },
    'boot item 2 layer 1, suboption 10',
  ),
]

describe('each option', () => {
  it.each(GOLDENS)('$option.name $hex means $text', ({ option, code, hex, value, text }) => {
    expect(option.code).toBe(code)
    expect(option.decode(bytes(hex))).toEqual(value)
    expect(Buffer.from(option.encode(value)).toString('hex')).toBe(hex)
    expect(option.describe(value)).toBe(text)
  })

  it.each([
    [standard.subnetMask, 'ffffff'],
    [standard.routers, '0a4d0001ff'],
    [standard.routers, ''],
    [standard.leaseTime, '0e10'],
    [standard.maximumMessageSize, '05'],
    [overload, '04'],
    [overload, ''],
    [messageType, '00'],
    [messageType, '09'],
    [messageType, '0101'],
    [clientIdentifier, '01'],
    [clientArchitecture, '00'],
    [clientArchitecture, ''],
    [networkInterface, '0102'],
    [machineIdentifier, '00'],
    [relayAgentInformation, '0105ab'],
    [relayAgentInformation, '01'],
    [pxeOptions, '060200'],
    [pxeOptions, '06020000'],
    [pxeOptions, '470100'],
  ] as [OptionCodec<unknown>, string][])('$0.name refuses %s', (option, hex) => {
    expect(() => option.decode(bytes(hex))).toThrow(DecodeError)
  })
})

describe('what firmware sends although its RFC says otherwise', () => {
  it('takes the bare text of iPXE for a user class', () => {
    expect(userClass.decode(Buffer.from('iPXE'))).toEqual(['iPXE'])
  })

  it('drops the NUL after a text', () => {
    expect(standard.vendorClass.decode(Buffer.from('PXEClient\0'))).toBe('PXEClient')
  })

  it('takes a boot item without its layer', () => {
    expect(pxeOptions.decode(bytes('47020003'))).toEqual({ bootItem: { type: 3, layer: 0 } })
  })
})

describe('the firmware of an architecture', () => {
  it('is BIOS for 0 and 20', () => {
    expect([0, 20].map(firmwareOf)).toEqual(['bios', 'bios'])
  })

  it('is UEFI for 6, 7 and 9, over HTTP, and on ARM, RISC-V and LoongArch', () => {
    const codes = [6, 7, 9, 10, 11, 15, 16, 19, 27, 39]
    expect(codes.map(firmwareOf)).toEqual(codes.map(() => 'uefi'))
  })

  it('is unknown for what is neither, or is not in the list yet', () => {
    expect([1, 12, 22, 41, 4000].map(firmwareOf)).toEqual(Array(5).fill('unknown'))
  })
})
