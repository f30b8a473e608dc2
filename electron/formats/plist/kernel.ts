import { build, type PlistValue as BuildValue } from 'plist'
import { isDictionary, type PlistDictionary, type PlistValue } from './plist.ts'

/**
 * XML as the kernel reads it, closed by a NUL. Its reader (xnu libkern/c++/OSUnserializeXML.y) is narrow: it knows
 * neither reals nor dates, no carriage return, and no character reference but `&amp;`, `&lt;` and `&gt;`. One
 * value that it cannot read makes it throw away the whole list, so such values become text.
 */
export function writeKernelPlist(dictionary: PlistDictionary): Buffer {
  const xml = build(readable(dictionary) as BuildValue, { pretty: false })
  const start = xml.indexOf('<dict')
  return Buffer.from(`${xml.slice(start, xml.lastIndexOf('</plist>'))}\0`)
}

function readable(value: PlistValue): PlistValue {
  if (typeof value === 'string') return plainText(value)
  if (typeof value === 'number' && !Number.isInteger(value)) return String(value)
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value)) return (value as readonly PlistValue[]).map(readable)
  if (isDictionary(value))
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [plainText(key), readable(each)]))
  return value
}

/** XML 1.0 has no way to write control characters other than tab and line feed that the kernel understands. */
function plainText(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  return text.replaceAll(/\r\n?/g, '\n').replaceAll(/[\0-\x08\x0b-\x1f\ufffe\uffff]/g, '')
}
