import { DOMParser, type Element, type Node } from '@xmldom/xmldom'
import { DecodeError } from '../../protocols/bytes.ts'
import type { PlistDictionary, PlistValue } from './plist.ts'

/** More text than the largest Info.plist or mkext has by far. */
const SIZE_LIMIT = 32 * 1024 * 1024
const DEPTH_LIMIT = 128
const ELEMENT = 1

/**
 * Reads XML property lists of both dialects: that of `plutil`, and that of the kernel's own serialisation (xnu
 * libkern/c++/OSUnserializeXML.y), which mkexts of version 2 are written in: no `<plist>` around it, integers as
 * `0x2c`, and `ID` and `IDREF` for a value that occurs twice. The library `plist` knows only the first.
 */
export function readXmlPlist(bytes: Uint8Array): PlistValue {
  if (bytes.length > SIZE_LIMIT) throw invalid('oversized', `${bytes.length} bytes`)
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    .toString('utf8')
    .replace(/\0+\s*$/, '')
  requireShallow(text)
  const root = parse(text)
  const first = root.nodeName === 'plist' ? children(root)[0] : root
  if (first === undefined) throw invalid('invalid', 'nothing in it')
  return valueOf(first, new Map())
}

function parse(text: string): Element {
  try {
    const document = new DOMParser({
      onError: (level, message) => {
        if (level !== 'warning') throw invalid('invalid', message)
      },
    }).parseFromString(text.replace(/^\uFEFF/, '').trim(), 'text/xml')
    if (document.documentElement === null) throw invalid('invalid', 'no element in it')
    return document.documentElement
  } catch (error) {
    if (error instanceof DecodeError) throw error
    throw invalid('invalid', (error instanceof Error ? error.message : String(error)).split('\n')[0])
  }
}

/** Before any of it is parsed: what is nested a million deep would exhaust the parser's stack. */
function requireShallow(text: string): void {
  let depth = 0
  for (const [tag] of text.matchAll(/<\/?(?:dict|array|set|plist)\b[^<>]*>/g)) {
    if (tag.startsWith('</')) depth--
    else if (!tag.endsWith('/>') && ++depth > DEPTH_LIMIT) throw invalid('oversized', 'nested too deep')
  }
}

/** Values with an `ID` are shared with their `IDREF`s, and not copied: references to references stay small. */
function valueOf(element: Element, known: Map<string, PlistValue>): PlistValue {
  const reference = element.getAttribute('IDREF')
  if (reference !== null) {
    const value = known.get(reference)
    if (value === undefined) throw invalid('invalid', `IDREF ${reference} comes before its ID`)
    return value
  }
  const value = plainValueOf(element, known)
  const id = element.getAttribute('ID')
  if (id !== null) known.set(id, value)
  return value
}

function plainValueOf(element: Element, known: Map<string, PlistValue>): PlistValue {
  const text = () => element.textContent ?? ''
  switch (element.nodeName) {
    case 'dict':
      return dictionaryOf(element, known)
    case 'array':
    case 'set':
      return children(element).map((child) => valueOf(child, known))
    case 'string':
    case 'ustring':
      return text()
    case 'integer':
      return integerOf(text().trim())
    case 'real':
      return Number(text().trim())
    case 'true':
      return true
    case 'false':
      return false
    case 'date':
      return dateOf(text().trim())
    case 'data':
      return Uint8Array.from(Buffer.from(text(), element.getAttribute('format') === 'hex' ? 'hex' : 'base64'))
    default:
      throw invalid('unrecognised', `<${element.nodeName.slice(0, 64)}>`)
  }
}

function dictionaryOf(element: Element, known: Map<string, PlistValue>): PlistDictionary {
  const entries: [string, PlistValue][] = []
  const parts = children(element)
  for (let index = 0; index < parts.length; index += 2) {
    const [key, value] = [parts[index]!, parts[index + 1]]
    if (key.nodeName !== 'key') throw invalid('invalid', `<${key.nodeName.slice(0, 64)}> where a key belongs`)
    if (value === undefined) throw invalid('invalid', `the key ${key.textContent ?? ''} has no value`)
    entries.push([key.textContent ?? '', valueOf(value, known)])
  }
  // As properties of their own, also one that is called `__proto__`.
  return Object.fromEntries(entries)
}

function integerOf(text: string): number | bigint {
  if (!/^[+-]?(0[xX][0-9a-fA-F]+|\d+)$/.test(text) || text.length > 40)
    throw invalid('invalid', `"${text.slice(0, 40)}" is no integer`)
  const sign = text.startsWith('-') ? -1n : 1n
  const value = sign * BigInt(text.replace(/^[+-]/, ''))
  return BigInt.asIntN(53, value) === value ? Number(value) : value
}

function dateOf(text: string): Date {
  const date = new Date(text)
  if (Number.isNaN(date.getTime())) throw invalid('invalid', `"${text.slice(0, 40)}" is no date`)
  return date
}

function children(node: Node): Element[] {
  return Array.from(node.childNodes).filter((child): child is Element => child.nodeType === ELEMENT)
}

function invalid(fault: ConstructorParameters<typeof DecodeError>[0], detail?: string): DecodeError {
  return new DecodeError(fault, 'XML property list', 0, detail)
}
