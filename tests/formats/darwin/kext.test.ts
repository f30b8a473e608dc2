import { describe, expect, it } from 'vitest'
import { kextInfo, kextProblems, type KextInfo } from '../../../electron/formats/darwin/kext.ts'
import { compareKextVersions } from '../../../electron/formats/darwin/kext-version.ts'
import { isDictionary, readPlist } from '../../../electron/formats/plist/plist.ts'
import { infoPlist } from './files.ts'

function kext(choices: Parameters<typeof infoPlist>[0]): KextInfo {
  const list = readPlist(Buffer.from(infoPlist({ executable: 'code', ...choices })))
  if (!isDictionary(list)) throw new Error('no dictionary')
  return kextInfo(list)!
}

const driver = kext({
  identifier: 'com.apple.driver.AppleIntel8254XEthernet',
  libraries: {
    'com.apple.iokit.IOPCIFamily': '1.6',
    'com.apple.kpi.libkern': '8.0.0',
    'com.apple.kernel.iokit': '6.9.9',
  },
})
const pci = (version: string, compatibleVersion?: string) =>
  kext({
    identifier: 'com.apple.iokit.IOPCIFamily',
    version,
    ...(compatibleVersion === undefined ? {} : { compatibleVersion }),
  })

describe('the libraries of kernel extensions', () => {
  it('that are missing are named, with who needs them; what the kernel brings along is not', () => {
    expect(kextProblems([driver])).toEqual([
      {
        library: 'com.apple.iokit.IOPCIFamily',
        problem: 'missing',
        wantedBy: [{ kext: driver.identifier, version: '1.6' }],
        text:
          'com.apple.iokit.IOPCIFamily is not among these extensions. ' +
          'com.apple.driver.AppleIntel8254XEthernet (which wants version 1.6) cannot be linked without it.',
      },
    ])
  })

  it('fit when the wanted version lies between what they are and what they are compatible with', () => {
    expect(kextProblems([driver, pci('2.6', '1.0')])).toEqual([])
    expect(kextProblems([driver, pci('1.5', '1.0')])[0]).toMatchObject({ problem: 'incompatible' })
    expect(kextProblems([driver, pci('2.6', '2.0')])[0]?.text).toContain(
      'is there as 2.6, compatible from 2.0 on',
    )
    expect(kextProblems([driver, pci('2.6')])[0]).toMatchObject({ problem: 'no-library' })
  })

  it('that the kernel is too old for are told when the kernel is known', () => {
    const newer = kext({ identifier: 'a.newer', libraries: { 'com.apple.kpi.bsd': '13.0' } })
    expect(kextProblems([newer])).toEqual([])
    expect(kextProblems([newer], { major: 12, minor: 5, patch: 0 })[0]?.text).toContain(
      'com.apple.kpi.bsd is part of the kernel, which is Darwin 12.5.0',
    )
    expect(kextProblems([newer], { major: 13, minor: 0, patch: 0 })).toEqual([])
  })

  it('are of no concern to an extension without code', () => {
    const codeless = kext({
      identifier: 'a.b',
      executable: '',
      libraries: { 'com.apple.iokit.IOPCIFamily': '1.0' },
    })
    expect(kextProblems([codeless])).toEqual([])
  })
})

describe('versions of kernel extensions', () => {
  it('are ordered by number, then by stage', () => {
    const ordered = ['', '1.0.0d1', '1.0.0a1', '1.0.0b2', '1.0.0b10', '1.0.0fc1', '1.0', '1.0.1', '1.10', '2']
    const sorted = [...ordered].reverse().sort(compareKextVersions)
    expect(sorted).toEqual(ordered)
    expect(compareKextVersions('1.0', '1.0.0')).toBe(0)
  })
})
