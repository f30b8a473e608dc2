import type { Reader, Writer } from '../bytes.ts'

/** A name and a value as they are on the wire; names are compared without their case (RFC 2347). */
export interface Option {
  readonly name: string
  readonly value: string
}

/**
 * Reads options to the end of a packet (RFC 2347). An empty name ends them: some ROMs fill their packet up with
 * NULs.
 *
 *     +---~~---+---+---~~---+---+---~~---+---+---~~---+---+
 *     | name 1 | 0 | value 1| 0 | name 2 | 0 | value 2| 0 |
 *     +---~~---+---+---~~---+---+---~~---+---+---~~---+---+
 */
export function readOptions(reader: Reader): Option[] {
  const options: Option[] = []
  while (reader.remaining > 0) {
    const name = reader.untilNul('option name').toString()
    if (name === '') break
    options.push({ name, value: reader.untilNul('option value').toString() })
  }
  return options
}

export function writeOptions(writer: Writer, options: readonly Option[]): void {
  for (const { name, value } of options) writeText(writeText(writer, name), value)
}

/** A string and the NUL that ends it. */
export function writeText(writer: Writer, text: string): Writer {
  return writer.bytes(Buffer.from(text)).u8(0)
}
