/** Kernels for tests of boot loaders, made of a good one. */
import { loadSegments, readElf } from '../../electron/formats/elf.ts'

const MAGIC = 0x1badb002
const HAS_ADDRESSES = 1 << 16

/** A MultiBoot header whose checksum is right, with addresses behind it as far as there are some. */
export function multibootHeader(flags: number, addresses: readonly number[] = []): Buffer {
  const words = [MAGIC, flags, -(MAGIC + flags), ...addresses]
  return Buffer.concat(words.map((word) => Buffer.from(new Uint32Array([word]).buffer)))
}

/** The same kernel without ELF: memory as it is loaded, and behind that a header which says where it goes. */
export function withoutElf(kernel: Buffer): Buffer {
  const elf = readElf(kernel)
  const segments = loadSegments(elf)
  const load = Number(segments[0]!.physicalAddress)
  const end = (of: 'fileSize' | 'memorySize') =>
    Math.max(...segments.map((segment) => Number(segment.physicalAddress) + segment[of]))
  const image = Buffer.alloc((end('fileSize') - load + 3) & ~3)
  for (const { offset, fileSize, physicalAddress } of segments)
    kernel.copy(image, Number(physicalAddress) - load, offset, offset + fileSize)
  // The ELF's own header would be found first.
  image.writeUInt32LE(0, image.indexOf(multibootHeader(3)))
  const addresses = [load + image.length, load, 0, end('memorySize'), Number(elf.entry)]
  return Buffer.concat([image, multibootHeader(HAS_ADDRESSES, addresses)])
}

/** A file that wants to be loaded to `load`, and nothing more. */
export function loadedTo(load: number, length = 4096): Buffer {
  const header = multibootHeader(HAS_ADDRESSES, [load, load, 0, 0, load])
  return Buffer.concat([header, Buffer.alloc(length - header.length)])
}
