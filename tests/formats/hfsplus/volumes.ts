/** Volumes in memory, and what is read back from them. */
import fc from 'fast-check'
import { bytesSource } from '../../../electron/formats/block-source.ts'
import type { VolumeEntry } from '../../../electron/formats/hfsplus/entries.ts'
import type { VolumeOptions } from '../../../electron/formats/hfsplus/layout.ts'
import { openVolume, type Volume } from '../../../electron/formats/hfsplus/volume-reader.ts'
import { planVolume } from '../../../electron/formats/hfsplus/volume-writer.ts'
import type { ImagePlan } from '../../../electron/formats/image-plan.ts'

export type Entry = VolumeEntry<Uint8Array>

export function fileEntry(path: string, content: Uint8Array | string = ''): Entry {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  return { kind: 'file', path, size: bytes.length, content: bytes }
}

export function assemble(plan: ImagePlan<Uint8Array>): Buffer {
  const image = Buffer.alloc(plan.size)
  let end = 0
  for (const piece of plan.pieces()) {
    if (piece.at < end) throw new Error(`The piece at ${piece.at} begins before ${end}.`)
    const bytes =
      'bytes' in piece ? piece.bytes : piece.content.subarray(piece.from, piece.from + piece.length)
    image.set(bytes, piece.at)
    end = piece.at + bytes.length
  }
  return image
}

export function build(entries: readonly Entry[], options: Partial<VolumeOptions> = {}): Buffer {
  return assemble(planVolume(entries, { name: 'Volume', ...options }))
}

export const open = (image: Uint8Array): Promise<Volume> => openVolume(bytesSource(image))

/** What a volume holds: files as text in Latin-1, links as `-> target`, folders as `/`. */
export async function contents(volume: Volume): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  for (const item of volume.items) {
    if (item.kind === 'folder') found.set(item.path, '/')
    else if (item.kind === 'symlink') found.set(item.path, `-> ${await volume.symlinkTarget(item)}`)
    else found.set(item.path, (await (await volume.open(item)).read(0, item.size)).toString('latin1'))
  }
  return found
}

/** What `contents` should find of these entries. */
export function expected(entries: readonly Entry[]): Map<string, string> {
  const all = new Map<string, string>()
  for (const entry of entries) {
    const names = entry.path.split('/')
    for (let depth = 1; depth < names.length; depth++) all.set(names.slice(0, depth).join('/'), '/')
    if (entry.kind === 'folder') all.set(entry.path, '/')
    else if (entry.kind === 'symlink') all.set(entry.path, `-> ${entry.target}`)
    else all.set(entry.path, Buffer.from(entry.content as Uint8Array).toString('latin1'))
  }
  return all
}

const SCRIPTS = [
  'plain',
  'Größe',
  'Ελλάδα',
  'Кириллица',
  'עברית',
  'العربية',
  'हिन्दी',
  '한국어',
  '日本語',
  'ไทย',
  '👩‍🚀',
  'Å',
  'e\u0301',
  'a:b',
  'İı',
  'ǅ',
  '≠',
  '\u2126',
]

const name = fc.oneof(
  fc.constantFrom(...SCRIPTS),
  fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
    .filter((text) => !/[/\0]|^\.{1,2}$/.test(text) && !/\p{Surrogate}/u.test(text)),
)

const attributes = fc.record({
  mode: fc.integer({ min: 0, max: 0o7777 }),
  owner: fc.nat(0xffff_ffff),
  group: fc.nat(0xffff_ffff),
  modified: fc.integer({ min: -2_000_000_000, max: 2_212_122_495 }),
})

/** Trees whose names nobody takes for each other, whatever folding of case he goes by. */
export const trees: fc.Arbitrary<Entry[]> = fc
  .array(
    fc.tuple(
      fc.array(name, { minLength: 1, maxLength: 4 }),
      attributes,
      fc.oneof(
        fc.uint8Array({ maxLength: 5000 }).map((bytes) => ({ bytes })),
        fc.string({ minLength: 1, maxLength: 300 }).map((target) => ({ target })),
        fc.constant({ folder: true }),
      ),
    ),
    { maxLength: 60 },
  )
  .map((list) =>
    list.map(([names, attributes, what], index): Entry => {
      // The number keeps siblings apart; only the last name has one, so that folders are shared.
      const path = [...names.slice(0, -1).map((name) => `${name} folder`), `${index} ${names.at(-1)!}`].join(
        '/',
      )
      if ('bytes' in what)
        return { kind: 'file', path, size: what.bytes.length, content: what.bytes, ...attributes }
      if ('target' in what) return { kind: 'symlink', path, target: what.target, ...attributes }
      return { kind: 'folder', path, ...attributes }
    }),
  )
  .filter((entries) => {
    const folders = new Set(entries.flatMap(({ path }) => path.split('/').slice(0, -1)))
    const folded = new Set([...folders].map((name) => name.normalize('NFD').toLowerCase().toUpperCase()))
    return folded.size === folders.size
  })
