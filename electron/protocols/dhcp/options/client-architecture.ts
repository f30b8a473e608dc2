import { DecodeError, Writer } from '../../bytes.ts'
import type { OptionCodec } from '../options.ts'

/** IANA, "Processor Architecture Types", which corrects the list of RFC 4578 section 2.1. */
const ARCHITECTURES: readonly (readonly [number, string])[] = [
  [0, 'x86 BIOS'],
  [1, 'NEC PC-98'],
  [2, 'Itanium EFI'],
  [3, 'DEC Alpha'],
  [4, 'Arc x86'],
  [5, 'Intel Lean Client'],
  [6, 'x86 UEFI'],
  [7, 'x64 UEFI'],
  [8, 'Xscale UEFI'],
  // Firmware that follows RFC 4578 to the letter says 9 for x64 and 7 for byte code.
  [9, 'EFI byte code or x64 UEFI'],
  [10, 'ARM 32-bit UEFI'],
  [11, 'ARM 64-bit UEFI'],
  [12, 'PowerPC Open Firmware'],
  [13, 'PowerPC ePAPR'],
  [14, 'POWER OPAL v3'],
  [15, 'x86 UEFI over HTTP'],
  [16, 'x64 UEFI over HTTP'],
  [17, 'EFI byte code over HTTP'],
  [18, 'ARM 32-bit UEFI over HTTP'],
  [19, 'ARM 64-bit UEFI over HTTP'],
  [20, 'x86 BIOS over HTTP'],
  [21, 'ARM 32-bit U-Boot'],
  [22, 'ARM 64-bit U-Boot'],
  [23, 'ARM 32-bit U-Boot over HTTP'],
  [24, 'ARM 64-bit U-Boot over HTTP'],
  [25, 'RISC-V 32-bit UEFI'],
  [26, 'RISC-V 32-bit UEFI over HTTP'],
  [27, 'RISC-V 64-bit UEFI'],
  [28, 'RISC-V 64-bit UEFI over HTTP'],
  [29, 'RISC-V 128-bit UEFI'],
  [30, 'RISC-V 128-bit UEFI over HTTP'],
  [31, 's390 basic'],
  [32, 's390 extended'],
  [33, 'MIPS 32-bit UEFI'],
  [34, 'MIPS 64-bit UEFI'],
  [35, 'Sunway 32-bit UEFI'],
  [36, 'Sunway 64-bit UEFI'],
  [37, 'LoongArch 32-bit UEFI'],
  [38, 'LoongArch 32-bit UEFI over HTTP'],
  [39, 'LoongArch 64-bit UEFI'],
  [40, 'LoongArch 64-bit UEFI over HTTP'],
  [41, 'ARM rpiboot'],
]
const NAMES = new Map(ARCHITECTURES)

export function architectureName(architecture: number): string {
  return NAMES.get(architecture) ?? `architecture ${architecture}`
}

/** Which of the two families of firmware an architecture boots by. */
export function firmwareOf(architecture: number): 'bios' | 'uefi' | 'unknown' {
  const name = architectureName(architecture)
  if (/BIOS/.test(name)) return 'bios'
  return /EFI/.test(name) ? 'uefi' : 'unknown'
}

/** Client system architecture (RFC 4578 section 2.1): at least one type, the preferred one first. */
export const clientArchitecture: OptionCodec<readonly number[]> = {
  code: 93,
  name: 'client system architecture',
  decode(bytes) {
    if (bytes.length === 0 || bytes.length % 2 !== 0)
      throw new DecodeError('invalid', 'client system architecture', 0, `${bytes.length} bytes, not 2 a type`)
    return Array.from({ length: bytes.length / 2 }, (_, index) => bytes.readUInt16BE(2 * index))
  },
  encode(value) {
    const writer = new Writer(2 * value.length)
    for (const architecture of value) writer.u16(architecture)
    return writer.finish()
  },
  describe: (value) => value.map(architectureName).join(', '),
}
