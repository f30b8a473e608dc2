import { describe, expect, it } from 'vitest'
import { bootPlist, flagsObstacle, networkRootFlags } from '../../../electron/formats/darwin/boot-plist.ts'
import {
  kernelVersion,
  parseDarwinVersion,
  productVersion,
  systemVersionPlist,
} from '../../../electron/formats/darwin/kernel-version.ts'
import { readPlist } from '../../../electron/formats/plist/plist.ts'
import { KERNEL_BANNER, machO } from './files.ts'

describe('boot options', () => {
  it('are written as boot-132 and Chameleon read them', () => {
    const flags = ['-v', ...networkRootFlags('10.77.0.1', '/darwin')]
    const text = bootPlist({ kernel: 'mach_kernel', flags, timeout: 0, gui: false })
    expect(text).toMatch(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n<!DOCTYPE plist PUBLIC/)
    expect(text).toContain('<key>Kernel Flags</key>\n\t\t<string>-v rd=en rp=nfs:10.77.0.1:/darwin</string>')
    expect(readPlist(Buffer.from(text))).toMatchObject({ Kernel: 'mach_kernel', Timeout: '0', GUI: 'No' })
  })

  it('escape the colons of a path, which separate the parts of rp=', () => {
    expect(networkRootFlags('10.0.0.1', '/a:b', 'root:1.dmg')).toEqual([
      'rd=en',
      'rp=nfs:10.0.0.1:/a\\:b:root\\:1.dmg',
    ])
  })

  it('refuse what the kernel cannot be told', () => {
    expect(flagsObstacle(['-v', 'rd=en'])).toBeUndefined()
    expect(flagsObstacle(['name=é'])).toContain('"é"')
    expect(flagsObstacle(['x'.repeat(1024)])).toContain('room for 1023')
  })
})

describe('the version of a kernel', () => {
  it('is read from its own banner, wherever that is', () => {
    const kernel = machO({ text: `${'x'.repeat(100_000)}Darwin Kernel Version ?\0${KERNEL_BANNER}` })
    expect(kernelVersion(kernel)).toEqual({
      version: { major: 10, minor: 8, patch: 0 },
      banner: KERNEL_BANNER,
    })
    expect(kernelVersion(machO())).toBeUndefined()
  })

  it.each([
    ['8.11.1', '10.4.11'],
    ['10.8.0', '10.6.8'],
    ['12.5.0', '10.8.5'],
    ['13.0.0', '10.9'],
    ['20.1.0', '11.1'],
  ])('Darwin %s is of Mac OS X %s', (darwin, product) => {
    const version = parseDarwinVersion(darwin)!
    expect(productVersion(version)).toBe(product)
    expect(readPlist(Buffer.from(systemVersionPlist(version)))).toMatchObject({ ProductVersion: product })
  })
})
