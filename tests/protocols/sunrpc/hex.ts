/** Bytes written as hexadecimal, in any grouping; whatever follows `#` on a line says what they mean. */
export function hex(text: string): Buffer {
  return Buffer.from(text.replace(/#.*$/gm, '').replace(/\s+/g, ''), 'hex')
}
