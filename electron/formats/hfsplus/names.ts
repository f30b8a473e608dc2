import { foldCase } from './case-folding.ts'

/** The longest name, in UTF-16 units of its decomposed form (TN1150, "HFS Plus Names"). */
export const NAME_LIMIT = 255

/**
 * Characters that keep their composed form on disk although Unicode decomposes them: symbols and compatibility
 * ideographs (Apple Technical Q&A QA1173), and those that came after Unicode 3.2, on which HFS+ was frozen.
 */
const KEPT = /([\u1b00-\u1b7f\u2000-\u2fff\uf900-\ufaff\u{10000}-\u{10ffff}]+)/u

/**
 * A name as other systems write it, in the form that HFS+ keeps: decomposed, and with the `:` and `/` exchanged,
 * because `:` is the separator there.
 */
export function toStoredName(name: string): string {
  return exchangeSeparators(normalise(name, 'NFD'))
}

/** The other way. Names are composed, as keyboards and other systems make them. */
export function fromStoredName(stored: string): string {
  return exchangeSeparators(normalise(stored, 'NFC'))
}

function normalise(name: string, form: 'NFC' | 'NFD'): string {
  if (isAscii(name)) return name
  return name
    .split(KEPT)
    .map((part, index) => (index % 2 === 1 ? part : part.normalize(form)))
    .join('')
}

/** Why a name cannot be on an HFS+ volume, as the end of a sentence about it. */
export function nameObstacle(name: string): string | undefined {
  if (name === '' || name === '.' || name === '..') return 'is no name of a file'
  if (name.includes('\0')) return 'has a NUL character in it'
  if (name.includes('/')) return 'has a separator in it'
  if (/\p{Surrogate}/u.test(name)) return 'is no valid Unicode'
  const length = toStoredName(name).length
  if (length > NAME_LIMIT) return `is ${length} characters long once decomposed, and HFS+ takes ${NAME_LIMIT}`
  return undefined
}

/**
 * What a name is sorted by, and is equal by, on a volume: two stored names compare as their keys do as strings
 * of UTF-16 units.
 */
export function sortingKey(stored: string, caseSensitive: boolean): string {
  return caseSensitive ? stored : foldCase(stored)
}

const ASCII_LIMIT = 0x80

export function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) >= ASCII_LIMIT) return false
  return true
}

function exchangeSeparators(name: string): string {
  if (!name.includes(':') && !name.includes('/')) return name
  return name.replace(/[:/]/g, (separator) => (separator === ':' ? '/' : ':'))
}
