import { SaxesParser } from 'saxes'
import { DecodeError } from '../../protocols/bytes.ts'
import type { PlistValue } from './plist.ts'

/** More text than the largest Info.plist or mkext has by far. */
const SIZE_LIMIT = 32 * 1024 * 1024
const DEPTH_LIMIT = 128

/** An element that is open: a container with what is in it so far, or text that a value will be read from. */
interface Open {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly values: PlistValue[]
  /** Of a dictionary: one for each of `values`, and one more while its value is awaited. */
  readonly keys: string[]
  text: string
}

/**
 * Reads XML property lists of both dialects: that of `plutil`, and that of the kernel's own serialisation (xnu
 * libkern/c++/OSUnserializeXML.y), which mkexts of version 2 are written in: no `<plist>` around it, integers as
 * `0x2c`, and `ID` and `IDREF` for a value that occurs twice. The library `plist` knows only the first.
 */
export function readXmlPlist(bytes: Uint8Array): PlistValue {
  if (bytes.length > SIZE_LIMIT) throw invalid('oversized', `${bytes.length} bytes`)
  // The kernel's dialect ends in a NUL.
  const end = bytes.at(-1) === 0 ? bytes.length - 1 : bytes.length
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, end).toString('utf8')
  const builder = new Builder()
  const parser = new SaxesParser()
  parser.on('error', (error) => {
    throw invalid('invalid', error.message.slice(0, 200))
  })
  parser.on('opentag', ({ name, attributes }) => builder.open(name, attributes))
  parser.on('text', (more) => builder.text(more))
  parser.on('cdata', (more) => builder.text(more))
  parser.on('closetag', () => builder.close())
  parser.write(text.trim()).close()
  return builder.result
}

/** Values with an `ID` are shared with their `IDREF`s, and not copied: references to references stay small. */
class Builder {
  readonly #open: Open[] = [{ name: 'plist', attributes: {}, values: [], keys: [], text: '' }]
  readonly #known = new Map<string, PlistValue>()

  get result(): PlistValue {
    const [value] = this.#open[0]!.values
    if (value === undefined) throw invalid('invalid', 'nothing in it')
    return value
  }

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    if (this.#open.length > DEPTH_LIMIT) throw invalid('oversized', 'nested too deep')
    const parent = this.#open.at(-1)!
    if (!CONTAINERS.includes(parent.name)) throw invalid('invalid', `<${brief(name)}> in <${parent.name}>`)
    if (!CONTAINERS.includes(name) && !LEAVES.includes(name))
      throw invalid('unrecognised', `<${brief(name)}>`)
    this.#open.push({ name, attributes, values: [], keys: [], text: '' })
  }

  text(more: string): void {
    const element = this.#open.at(-1)!
    if (LEAVES.includes(element.name)) element.text += more
  }

  close(): void {
    const element = this.#open.pop()!
    const parent = this.#open.at(-1)!
    if (element.name === 'key') this.#addKey(parent, element.text)
    else if (element.name === 'plist') parent.values.push(...element.values)
    else this.#addValue(parent, this.#valueOf(element))
  }

  #addKey(parent: Open, key: string): void {
    if (parent.name !== 'dict') throw invalid('invalid', `a key in <${parent.name}>`)
    if (parent.keys.length > parent.values.length)
      throw invalid('invalid', `the key ${brief(key)} has no value`)
    parent.keys.push(key)
  }

  #addValue(parent: Open, value: PlistValue): void {
    if (parent.name === 'dict' && parent.keys.length === parent.values.length)
      throw invalid('invalid', 'a value without a key')
    parent.values.push(value)
  }

  #valueOf(element: Open): PlistValue {
    const { IDREF: reference, ID: id } = element.attributes
    if (reference === undefined) {
      const value = plainValueOf(element)
      if (id !== undefined) this.#known.set(id, value)
      return value
    }
    const value = this.#known.get(reference)
    if (value === undefined) throw invalid('invalid', `IDREF ${brief(reference)} comes before its ID`)
    return value
  }
}

const CONTAINERS = ['plist', 'dict', 'array', 'set']
const LEAVES = ['key', 'string', 'ustring', 'integer', 'real', 'true', 'false', 'date', 'data']

function plainValueOf({ name, attributes, values, keys, text }: Open): PlistValue {
  switch (name) {
    case 'dict':
      if (keys.length > values.length) throw invalid('invalid', `the key ${brief(keys.at(-1)!)} has no value`)
      // As properties of their own, also one that is called `__proto__`.
      return Object.fromEntries(keys.map((key, index) => [key, values[index]!]))
    case 'integer':
      return integerOf(text.trim())
    case 'real':
      return Number(text.trim())
    case 'true':
      return true
    case 'false':
      return false
    case 'date':
      return dateOf(text.trim())
    case 'data':
      return Uint8Array.from(Buffer.from(text, attributes['format'] === 'hex' ? 'hex' : 'base64'))
    case 'array':
    case 'set':
      return values
    default:
      return text
  }
}

function integerOf(text: string): number | bigint {
  if (!/^[+-]?(0[xX][0-9a-fA-F]+|\d+)$/.test(text) || text.length > 40)
    throw invalid('invalid', `"${brief(text)}" is no integer`)
  const sign = text.startsWith('-') ? -1n : 1n
  const value = sign * BigInt(text.replace(/^[+-]/, ''))
  return BigInt.asIntN(53, value) === value ? Number(value) : value
}

function dateOf(text: string): Date {
  const date = new Date(text)
  if (Number.isNaN(date.getTime())) throw invalid('invalid', `"${brief(text)}" is no date`)
  return date
}

/** Of a hostile file's own words, no more than fits into a sentence. */
function brief(text: string): string {
  return text.slice(0, 40)
}

function invalid(fault: ConstructorParameters<typeof DecodeError>[0], detail?: string): DecodeError {
  return new DecodeError(fault, 'XML property list', 0, detail)
}
