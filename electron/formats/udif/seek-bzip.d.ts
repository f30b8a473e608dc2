declare module 'seek-bzip' {
  /** Throws when the data is damaged. What `writeByte` throws ends it. */
  export function decode(packed: Uint8Array, output: { writeByte(byte: number): void }): void
}
