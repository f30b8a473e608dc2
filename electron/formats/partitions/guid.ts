/** A GUID as it lies on disk: its first three fields are little-endian (UEFI Specification, appendix A). */
export function encodeGuid(text: string): Buffer {
  const bytes = Buffer.from(text.replaceAll('-', ''), 'hex')
  bytes.subarray(0, 4).swap32()
  bytes.subarray(4, 8).swap16()
  return bytes
}

export function decodeGuid(bytes: Uint8Array): string {
  const copy = Buffer.from(bytes)
  copy.subarray(0, 4).swap32()
  copy.subarray(4, 8).swap16()
  return copy
    .toString('hex')
    .toUpperCase()
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
