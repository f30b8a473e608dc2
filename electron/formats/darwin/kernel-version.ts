/** Versions of Darwin's kernel, and of the system that each belongs to. */
import { writePlist } from '../plist/plist.ts'

export interface DarwinVersion {
  readonly major: number
  readonly minor: number
  readonly patch: number
}

const KERNEL = /Darwin Kernel Version (\d{1,3})\.(\d{1,3})(?:\.(\d{1,3}))?[ -~]*/

/**
 * What a kernel says of itself, such as `Darwin Kernel Version 12.5.0: Mon Jul 29 16:33:49 PDT 2013; …`. The whole
 * file is needed: the text lies among its data.
 */
export function kernelVersion(
  bytes: Uint8Array,
): { readonly version: DarwinVersion; readonly banner: string } | undefined {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  for (let at = file.indexOf('Darwin Kernel Version '); at !== -1;) {
    const found = KERNEL.exec(file.toString('latin1', at, at + 256))
    if (found?.index === 0) {
      const [banner, major, minor, patch = '0'] = found
      return { version: { major: Number(major), minor: Number(minor), patch: Number(patch) }, banner }
    }
    at = file.indexOf('Darwin Kernel Version ', at + 1)
  }
  return undefined
}

/** Reads `10.8.0`, `12.5` or `9`; undefined for anything else. */
export function parseDarwinVersion(text: string): DarwinVersion | undefined {
  const found = /^(\d{1,3})(?:\.(\d{1,3}))?(?:\.(\d{1,3}))?$/.exec(text)
  if (found === null) return undefined
  const [, major, minor = '0', patch = '0'] = found
  return { major: Number(major), minor: Number(minor), patch: Number(patch) }
}

export function darwinVersionText({ major, minor, patch }: DarwinVersion): string {
  return `${major}.${minor}.${patch}`
}

/**
 * The version of Mac OS X that came with it, such as `10.8.5` for Darwin 12.5. What counts are the first two
 * numbers, by which boot loaders choose the form of the kernel's boot arguments; the third is near enough.
 */
export function productVersion({ major, minor }: DarwinVersion): string {
  if (major >= 20) return `${major - 9}.${minor}`
  return `10.${Math.max(major - 4, 0)}${minor === 0 ? '' : `.${minor}`}`
}

/**
 * `/System/Library/CoreServices/SystemVersion.plist`. Chameleon passes boot arguments of the older form to a kernel
 * without it, and Darwin 11 and later die of them before their first line of text.
 */
export function systemVersionPlist(version: DarwinVersion): string {
  const product = productVersion(version)
  return writePlist({
    ProductName: 'Darwin',
    ProductVersion: product,
    ProductUserVisibleVersion: product,
    ProductBuildVersion: `Darwin ${darwinVersionText(version)}`,
  })
}
