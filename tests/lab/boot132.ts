/** What the tests of boot1pxe give a target to load. */
import { readFileSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { buildTargets } from '../../build/target.mjs'
import { buildImage, bytesEntry } from '../../electron/library/images/build.ts'
import { pattern } from './patterns.ts'

export const DIRECTORY = 'nb/test.nbi/i386'

export const KERNEL = pattern(1_500_001, 1)
export const MKEXT = pattern(2_000_003, 2)

/** What the stand-in says of a file that arrived whole. */
export function told(name: string, bytes: Uint8Array): string {
  return `${name}: ${bytes.length} bytes, CRC-32 ${crc32(bytes).toString(16).padStart(8, '0')}`
}

/** A disk image with the kernel, its extensions, and `filler` bytes more. */
export async function writeImage(path: string, filler = 0): Promise<void> {
  await buildImage({
    output: path,
    entries: [
      bytesEntry('mach_kernel', KERNEL),
      bytesEntry('Extra/Extensions.mkext', MKEXT),
      bytesEntry('Extra/com.apple.Boot.plist', Buffer.from('<plist><dict/></plist>')),
      ...(filler === 0 ? [] : [bytesEntry('filler', pattern(filler, 3))]),
    ],
    volume: { name: 'Boot', identifier: 0n },
    disk: { scheme: 'mbr' },
  })
}

/** A program of `resources/target`, as it was built. */
export function program(name: string): Buffer {
  return readFileSync(buildTargets().find((one) => one.name === name)!.path)
}

/** Files beside boot1pxe, by their full names. */
export function beside(files: Readonly<Record<string, Buffer>>): Record<string, Buffer> {
  return Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`${DIRECTORY}/${name}`, bytes]))
}
