/** Small kernels and modules, made by hand. */

export interface Segment {
  readonly type?: number
  readonly address: number
  readonly memorySize?: number
  readonly content?: Uint8Array
}

/** A little-endian ELF32 executable for i386 whose segments follow its headers. */
export function elf32(
  segments: readonly Segment[],
  { machine = 3, type = 2, entry = 0x100000 }: { machine?: number; type?: number; entry?: number } = {},
): Buffer {
  const header = Buffer.alloc(52)
  header.write('\x7fELF\x01\x01\x01', 'latin1')
  header.writeUInt16LE(type, 16)
  header.writeUInt16LE(machine, 18)
  header.writeUInt32LE(1, 20)
  header.writeUInt32LE(entry, 24)
  header.writeUInt32LE(52, 28)
  header.writeUInt16LE(52, 40)
  header.writeUInt16LE(32, 42)
  header.writeUInt16LE(segments.length, 44)
  let offset = 52 + 32 * segments.length
  const headers = segments.map(({ type: kind = 1, address, content = new Uint8Array(), memorySize }) => {
    const bytes = Buffer.alloc(32)
    const words = [kind, offset, address, address, content.length, memorySize ?? content.length, 5, 4]
    words.forEach((word, index) => bytes.writeUInt32LE(word, index * 4))
    offset += content.length
    return bytes
  })
  return Buffer.concat([header, ...headers, ...segments.map(({ content }) => content ?? new Uint8Array())])
}

/** A MultiBoot header of the given flags, followed by the words that those call for. */
export function multibootHeader(flags: number, words: readonly number[] = []): Buffer {
  const all = [0x1badb002, flags, -(0x1badb002 + flags) >>> 0, ...words]
  const bytes = Buffer.alloc(all.length * 4)
  all.forEach((word, index) => bytes.writeUInt32LE(word >>> 0, index * 4))
  return bytes
}

export const smallKernel = elf32([{ address: 0x100000, content: multibootHeader(3), memorySize: 0x4000 }])
