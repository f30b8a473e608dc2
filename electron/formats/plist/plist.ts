/** Property lists, as Darwin describes nearly everything with: XML, and the binary form `bplist00`. */
import { build, type PlistValue as BuildValue } from 'plist'
import { isBinaryPlist, readBinaryPlist } from './binary.ts'
import { readXmlPlist } from './xml.ts'

export type PlistValue =
  string | number | bigint | boolean | Date | Uint8Array | readonly PlistValue[] | PlistDictionary
export interface PlistDictionary {
  readonly [key: string]: PlistValue
}

/** What may come before the first element, and how each ends. */
const PROLOGUE = [
  ['<?', '?>'],
  ['<!--', '-->'],
] as const
/** Where the first element starts at the latest, in bytes. */
const PROLOGUE_LIMIT = 4096

/** Whether these are the first bytes of a property list. */
export function isPlist(head: Uint8Array): boolean {
  if (isBinaryPlist(head)) return true
  let text = Buffer.from(head.subarray(0, PROLOGUE_LIMIT))
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart()
  for (;;) {
    const part = PROLOGUE.find(([start]) => text.startsWith(start))
    if (part === undefined) return /^<(!DOCTYPE plist|plist)\b/.test(text)
    const end = text.indexOf(part[1], part[0].length)
    if (end === -1) return false
    text = text.slice(end + part[1].length).trimStart()
  }
}

/**
 * Reads either form. External entities are never looked at.
 * @throws {DecodeError} when it is damaged, or larger or deeper than any property list should be
 */
export function readPlist(bytes: Uint8Array): PlistValue {
  return isBinaryPlist(bytes) ? readBinaryPlist(bytes) : readXmlPlist(bytes)
}

/** The XML form, with Apple's document type, as `plutil` writes it. */
export function writePlist(value: PlistValue): string {
  return `${build(value as BuildValue, { indent: '\t' })}\n`
}

export function isDictionary(value: PlistValue | undefined): value is PlistDictionary {
  return (
    typeof value === 'object' &&
    !Array.isArray(value) &&
    !(value instanceof Date) &&
    !(value instanceof Uint8Array)
  )
}

/** The text under a key; undefined when there is none, or something else. */
export function textOf(dictionary: PlistDictionary, key: string): string | undefined {
  const value = Object.hasOwn(dictionary, key) ? dictionary[key] : undefined
  return typeof value === 'string' ? value : undefined
}
