/** The boot loaders that Apple's boot-132 and its descendants consist of, told by their bytes. */

/** `boot`: the second stage, which reads the volume and starts the kernel. */
export interface Boot132 {
  readonly family: 'boot-132' | 'Chameleon' | 'Chimera' | 'Enoch'
  /** Such as `2.0-RC4 r684`; absent in Apple's own. */
  readonly version?: string
  /** `Darwin/x86 boot v5.0.132 - Chameleon v2.0-RC4 r684` */
  readonly banner: string
}

/** The stages before it. */
export type BootStage = 'boot0' | 'boot1h' | 'cdboot'

/** `boot` saves its registers and data segment first (boot-132 i386/boot2/boot2.s); every build starts so. */
const PROLOGUE = Buffer.from('51535556571e06668cc8', 'hex')
const BANNER = /Darwin\/x86 boot v[\d.]+(?: - ([A-Za-z]+) v?([ -~]*))?/

/** Reads the whole file: its name stands near the end of it. */
export function recogniseBoot132(bytes: Uint8Array): Boot132 | undefined {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (!file.subarray(0, PROLOGUE.length).equals(PROLOGUE)) return undefined
  const text = file.toString('latin1')
  const found = BANNER.exec(text)
  if (found === null) return undefined
  const [banner, name, version = ''] = found
  // Chimera 4 calls itself Chameleon 2.2 in that line.
  const chimera = /Chimera (\d[\d.]*)/.exec(text)?.[1]
  if (chimera !== undefined && name !== 'Chimera')
    return { family: 'Chimera', version: `${chimera}, of Chameleon ${tidy(version)}`, banner }
  const family = (['Chameleon', 'Chimera', 'Enoch'] as const).find((one) => one === name)
  return family === undefined ? { family: 'boot-132', banner } : { family, version: tidy(version), banner }
}

/** Builds from outside of Subversion have an `r` with no revision behind it. */
function tidy(version: string): string {
  return version.replace(/ r$/, '').trim()
}

/** For people. */
export const BOOT_STAGES: Record<BootStage, string> = {
  boot0: 'boot0 of the boot-132 family, the master boot record.',
  boot1h: 'boot1h of the boot-132 family, the boot sectors of an HFS+ volume.',
  cdboot: 'cdboot of the boot-132 family, which starts from a CD.',
}

const SECTOR = 512

/** `boot0` is a master boot record, `boot1h` the first two sectors of an HFS+ volume; `cdboot` starts a CD. */
export function recogniseBootStage(bytes: Uint8Array): BootStage | undefined {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (file.subarray(0, 6).toString('hex') === 'faea407c0000') return 'cdboot'
  if (file.length < SECTOR || file.readUInt16LE(SECTOR - 2) !== 0xaa55) return undefined
  if (file.length === SECTOR && file.includes('boot0')) return 'boot0'
  return file.length === 2 * SECTOR && file.includes('boot1') ? 'boot1h' : undefined
}
