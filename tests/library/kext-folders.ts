import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeFat } from '../../electron/formats/fat.ts'
import { PC_ARCHITECTURES, type PcArchitecture } from '../../electron/formats/macho-architectures.ts'
import { infoPlist, machO } from '../formats/darwin/files.ts'

interface KextChoices {
  readonly identifier: string
  readonly version?: string
  readonly compatibleVersion?: string
  readonly libraries?: Readonly<Record<string, string>>
  /** Absent: an extension without code. */
  readonly architectures?: readonly PcArchitecture[]
}

/** Makes a bundle and gives its path. */
export function makeKext(folder: string, name: string, { architectures, ...info }: KextChoices): string {
  const bundle = join(folder, `${name}.kext`)
  mkdirSync(join(bundle, 'Contents', 'MacOS'), { recursive: true })
  const executable = architectures === undefined ? {} : { executable: name }
  writeFileSync(join(bundle, 'Contents', 'Info.plist'), infoPlist({ ...info, ...executable }))
  if (architectures !== undefined) {
    const parts = architectures.map((architecture) => ({
      ...PC_ARCHITECTURES[architecture],
      bytes: machO({ architecture, type: 11, text: `${name} for ${architecture} `.repeat(100) }),
    }))
    writeFileSync(
      join(bundle, 'Contents', 'MacOS', name),
      parts.length === 1 ? parts[0]!.bytes : writeFat(parts),
    )
  }
  return bundle
}

/** A network driver for both architectures that needs a family which is not there, and one that is. */
export function makeDriverFolder(folder: string): string {
  const both = ['i386', 'x86_64'] as const
  const family = 'com.apple.iokit.IONetworkingFamily'
  makeKext(folder, 'IONetworkingFamily', {
    identifier: family,
    version: '1.10',
    compatibleVersion: '1.0',
    libraries: { 'com.apple.kpi.iokit': '9.0' },
    architectures: both,
  })
  const driver = makeKext(folder, 'Driver', {
    identifier: 'org.example.driver',
    version: '1.2.3',
    libraries: { [family]: '1.5', 'com.apple.iokit.IOPCIFamily': '1.6', 'com.apple.kpi.libkern': '9.0' },
    architectures: both,
  })
  makeKext(join(driver, 'Contents', 'PlugIns'), 'PlugIn', { identifier: 'org.example.plugin' })
  makeKext(folder, 'Wide', { identifier: 'org.example.wide', architectures: ['x86_64'] })
  return folder
}
