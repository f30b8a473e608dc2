import { describe, expect, it } from 'vitest'
import { recognise } from '../../../electron/formats/recognise.ts'
import { writeFat } from '../../../electron/formats/fat.ts'
import { PC_ARCHITECTURES } from '../../../electron/formats/macho-architectures.ts'
import { writeMkext } from '../../../electron/formats/mkext/mkext.ts'
import { writePlist } from '../../../electron/formats/plist/plist.ts'
import { boot132, infoPlist, KERNEL_BANNER, machO } from './files.ts'

/** A boot sector that says this of itself. */
function sectors(count: number, text: string, at: number): Buffer {
  const bytes = Buffer.alloc(count * 512)
  bytes.write(text, at)
  bytes.writeUInt16LE(0xaa55, 510)
  return bytes
}

function mbr(type: number, status: number): Buffer {
  const bytes = Buffer.alloc(4096)
  bytes[446] = status
  bytes[450] = type
  bytes.writeUInt32LE(64, 454)
  bytes.writeUInt32LE(1000, 458)
  bytes.writeUInt16LE(0xaa55, 510)
  return bytes
}

describe('Darwin files', () => {
  it.each([
    [
      'Darwin/x86 boot v5.0.132 - Chameleon v2.0-RC4 r684',
      'The boot loader Chameleon 2.0-RC4 r684, of the boot-132 family.',
      0,
    ],
    [
      'Darwin/x86 boot v5.0.132 - Chameleon v2.0-RC4 r',
      'The boot loader Chameleon 2.0-RC4, of the boot-132 family.',
      0,
    ],
    [
      'Darwin/x86 boot v5.0.132 - Chameleon v2.0-RC5 r1227',
      'The boot loader Chameleon 2.0-RC5 r1227, of the boot-132 family.',
      1,
    ],
    [
      'Darwin/x86 boot v5.0.132 - Chimera v2.2.1 r2248',
      'The boot loader Chimera 2.2.1 r2248, of the boot-132 family.',
      1,
    ],
    [
      'Darwin/x86 boot v5.0.132 - Enoch v2.4svn r2789',
      'The boot loader Enoch 2.4svn r2789, of the boot-132 family.',
      0,
    ],
    ['Darwin/x86 boot v5.0.132', 'The boot loader boot-132 of Apple.', 0],
  ])('of the boot-132 family are told by their banner: %s', (banner, description, warnings) => {
    const found = recognise(boot132(banner))
    expect(found).toMatchObject({ kind: 'multiboot-kernel', boot132: { banner }, description })
    expect(found.warnings ?? []).toHaveLength(warnings)
  })

  it('that are known to fail come with what they do and the way out', () => {
    expect(recognise(boot132('Darwin/x86 boot v5.0.132 - Chameleon v2.0-RC5 r1227')).warnings).toEqual([
      expect.stringMatching(/prints "Wrong Multiboot magic".*memdisk/),
    ])
    const chimera4 = Buffer.concat([
      boot132('Darwin/x86 boot v5.0.132 - Chameleon v2.2svn r2400:2404'),
      Buffer.from('Chimera 4.0.0 Branch of Chameleon [2014-10-16 12:00:59]\0'),
    ])
    expect(recognise(chimera4)).toMatchObject({
      boot132: { family: 'Chimera' },
      warnings: [expect.stringContaining('never to start it')],
    })
  })

  it.each([
    [sectors(1, '\r\nboot0: \0', 400), 'boot0 of the boot-132 family, the master boot record.'],
    [sectors(2, '\r\nboot1: \0', 980), 'boot1h of the boot-132 family, the boot sectors of an HFS+ volume.'],
    [Buffer.from('faea407c0000fc31', 'hex'), 'cdboot of the boot-132 family, which starts from a CD.'],
    [machO({ entry: 1, text: KERNEL_BANNER }), 'A Darwin kernel, version 10.8.0, for i386.'],
    [machO({ type: 11, architecture: 'x86_64' }), 'A Mach-O kext for x86_64.'],
    [
      Buffer.from(infoPlist({ identifier: 'com.apple.iokit.IOPCIFamily', version: '2.6' })),
      'The property list of the kernel extension com.apple.iokit.IOPCIFamily 2.6.',
    ],
    [
      Buffer.from(writePlist({ Kernel: 'mach_kernel', 'Kernel Flags': '-v rd=en' })),
      'Boot options for boot-132, with the kernel flags "-v rd=en".',
    ],
    [
      Buffer.from(writePlist({ ProductName: 'Mac OS X', ProductVersion: '10.6.8' })),
      'A SystemVersion.plist, for 10.6.8.',
    ],
    [mbr(0xaf, 0x80), 'A disk image with one HFS+ partition.'],
    [mbr(0xaf, 0), 'A disk image with one HFS+ partition, which is not active.'],
    [mbr(0x83, 0x80), 'A disk image with 1 MBR partition, none of them of Darwin.'],
  ])('are told by their content (%#)', (bytes, description) => {
    expect(recognise(bytes).description).toBe(description)
  })

  it('for two architectures are told as both', async () => {
    const both = async (make: (architecture: 'i386' | 'x86_64') => Buffer | Promise<Buffer>) =>
      writeFat(
        await Promise.all(
          (['i386', 'x86_64'] as const).map(async (one) => ({
            ...PC_ARCHITECTURES[one],
            bytes: await make(one),
          })),
        ),
      )
    const kernel = await both((architecture) => machO({ architecture, entry: 1, text: KERNEL_BANNER }))
    expect(recognise(kernel)).toMatchObject({
      kind: 'darwin-kernel',
      architectures: ['i386', 'x86_64'],
      version: { major: 10, minor: 8, patch: 0 },
    })
    const mkext = await both((architecture) =>
      writeMkext([{ info: { CFBundleIdentifier: 'a' } }], { version: 2, architecture, compress: true }),
    )
    expect(recognise(mkext).description).toBe(
      'An mkext with 1 extension for i386 (version 2) and 1 extension for x86_64 (version 2).',
    )
  })

  it('that are Apple disk images are told by their end', () => {
    const tail = Buffer.alloc(512)
    tail.write('koly')
    expect(recognise(Buffer.alloc(4096, 1), tail).description).toBe('An Apple disk image (UDIF, .dmg).')
  })

  it('that were cut are told as something, never by an exception', async () => {
    const whole = [
      machO({ entry: 1, text: KERNEL_BANNER }),
      await writeMkext([{ info: { a: 'b' } }], { version: 1, architecture: 'i386', compress: true }),
      Buffer.from(writePlist({ Kernel: 'x' })),
      boot132('Darwin/x86 boot v5.0.132 - Chimera v1.11.1 r1394'),
      writeFat([{ ...PC_ARCHITECTURES.i386, bytes: machO() }]),
    ]
    for (const bytes of whole)
      for (let length = 0; length < bytes.length; length += 3)
        expect(recognise(bytes.subarray(0, length)).description).toMatch(/\.$/)
  })
})
