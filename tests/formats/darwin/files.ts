/** Small Darwin files, made by hand. */

const PC = { i386: 7, x86_64: 0x01000007 } as const

interface MachOChoices {
  readonly architecture?: keyof typeof PC
  /** 2: executable, 11: kernel extension. */
  readonly type?: number
  readonly entry?: number
  readonly text?: string
}

/** A Mach-O file with one segment, a thread that starts at `entry`, and `text` among its data. */
export function machO({ architecture = 'i386', type = 2, entry, text = '' }: MachOChoices = {}): Buffer {
  const wide = architecture === 'x86_64'
  const words = (...values: number[]) => {
    const bytes = Buffer.alloc(values.length * 4)
    values.forEach((value, index) => bytes.writeUInt32LE(value >>> 0, index * 4))
    return bytes
  }
  const content = Buffer.from(`${text}\0`)
  const name = Buffer.alloc(16)
  name.write('__TEXT')
  const segment = wide
    ? Buffer.concat([
        words(0x19, 72),
        name,
        words(0x200000, 0, 0x1000, 0, 0, 0, content.length, 0, 7, 5, 0, 0),
      ])
    : Buffer.concat([words(1, 56), name, words(0x200000, 0x1000, 0, content.length, 7, 5, 0, 0)])
  const state = new Array<number>(wide ? 42 : 16).fill(0)
  state[wide ? 32 : 10] = entry ?? 0
  const thread =
    entry === undefined
      ? Buffer.alloc(0)
      : words(5, 16 + state.length * 4, wide ? 4 : 1, state.length, ...state)
  const commands = Buffer.concat([segment, thread])
  const count = entry === undefined ? 1 : 2
  const header = words(wide ? 0xfeedfacf : 0xfeedface, PC[architecture], 3, type, count, commands.length, 1)
  return Buffer.concat([header, ...(wide ? [words(0)] : []), commands, content])
}

export const KERNEL_BANNER =
  'Darwin Kernel Version 10.8.0: Tue Jun  7 16:33:36 PDT 2011; root:xnu-1504.15.3~1/RELEASE_I386'

/** An `Info.plist`, as text. */
export function infoPlist({
  identifier,
  version = '1.0.0',
  executable,
  compatibleVersion,
  libraries = {},
}: {
  identifier: string
  version?: string
  executable?: string
  compatibleVersion?: string
  libraries?: Readonly<Record<string, string>>
}): string {
  const text = (key: string, value: string | undefined) =>
    value === undefined ? '' : `<key>${key}</key><string>${value}</string>`
  const needs = Object.entries(libraries).map(([key, value]) => text(key, value))
  return (
    '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE plist PUBLIC "-//Apple Computer//DTD PLIST 1.0//EN" ' +
    '"http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n<plist version="1.0"><dict>' +
    text('CFBundlePackageType', 'KEXT') +
    text('CFBundleIdentifier', identifier) +
    text('CFBundleVersion', version) +
    text('CFBundleExecutable', executable) +
    text('OSBundleCompatibleVersion', compatibleVersion) +
    `<key>OSBundleLibraries</key><dict>${needs.join('')}</dict></dict></plist>\n`
  )
}

/** The start of `boot` of the boot-132 family with its MultiBoot header, and the name it gives itself. */
export function boot132(banner: string): Buffer {
  const head = Buffer.alloc(0x300)
  Buffer.from('51535556571e06668cc8', 'hex').copy(head)
  const header = [0x1badb002, 0x10003, -(0x1badb002 + 0x10003) >>> 0, 0x120264, 0x120200, 0, 0, 0x120288]
  header.forEach((word, index) => head.writeUInt32LE(word, 0x64 + index * 4))
  return Buffer.concat([head, Buffer.from(`${banner}\nBuild date: 2010-01-06 18:52:42\n\0`)])
}
