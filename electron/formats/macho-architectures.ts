/** Processors as Mach-O, fat headers and mkexts number them (mach/machine.h). */

export interface ProcessorType {
  readonly cpuType: number
  readonly cpuSubtype: number
}

const ALL = 3
/** Those that a PC boots, with the subtype that stands for every model. */
export const PC_ARCHITECTURES = {
  i386: { cpuType: 7, cpuSubtype: ALL },
  x86_64: { cpuType: 0x01000007, cpuSubtype: ALL },
} as const satisfies Record<string, ProcessorType>
export type PcArchitecture = keyof typeof PC_ARCHITECTURES

const NAMES: Readonly<Record<number, string>> = {
  7: 'i386',
  0x01000007: 'x86_64',
  12: 'arm',
  0x0100000c: 'arm64',
  18: 'ppc',
  0x01000012: 'ppc64',
}

/** The capability bits of a subtype (CPU_SUBTYPE_MASK), which do not tell models apart. */
const CAPABILITIES = 0xff000000
const HASWELL = 8

/** Such as `i386`, or the number of a processor that has no name here. */
export function architectureName(cpuType: number, cpuSubtype = ALL): string {
  const name = NAMES[cpuType] ?? `cpu ${cpuType}`
  return name === 'x86_64' && (cpuSubtype & ~CAPABILITIES) === HASWELL ? 'x86_64h' : name
}

export function isPcArchitecture(name: string): name is PcArchitecture {
  return Object.hasOwn(PC_ARCHITECTURES, name)
}
