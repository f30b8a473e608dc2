import { DecodeError } from '../protocols/bytes.ts'
import { dynamicSymbols } from './elf-symbols.ts'
import { readElf } from './elf.ts'
import { unpackLzo } from './lzo.ts'

/** PXELINUX runs below 1 MB and starts with its core in there. */
const CORE_LIMIT = 1024 * 1024

/**
 * The symbols that modules expect and neither they nor PXELINUX have: the target would stop at them with
 * `Undef symbol FAIL`. Empty when all is there, or when the files do not tell.
 */
export function unresolvedSymbols(pxelinux: Uint8Array, modules: readonly Uint8Array[]): string[] {
  const core = unpackCore(pxelinux)
  if (core === undefined) return []
  const symbols = modules.map((module) => dynamicSymbols(module, readElf(module)))
  const defined = new Set(symbols.flatMap((of) => [...of.defined]))
  const expected = new Set(symbols.flatMap((of) => [...of.expected]))
  // The linker of the core lets `malloc` be the end of `lmalloc`, so only the end of a name is told from its text.
  return [...expected].filter((name) => !defined.has(name) && !core.includes(`${name}\0`))
}

/** The protected-mode part of pxelinux.0: an LZO stream that starts soon after the banner, on four bytes. */
function unpackCore(pxelinux: Uint8Array): Buffer | undefined {
  const file = Buffer.from(pxelinux.buffer, pxelinux.byteOffset, pxelinux.length)
  const banner = file.indexOf('PXELINUX ')
  const end = file.indexOf(0, Math.max(0, banner))
  if (banner === -1 || end === -1) return undefined
  for (let start = (end + 3) & ~3; start < end + 64; start += 4)
    try {
      const core = unpackLzo(file, start, CORE_LIMIT)
      if (core.includes('ldlinux.c32\0')) return core
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error
    }
  return undefined
}
