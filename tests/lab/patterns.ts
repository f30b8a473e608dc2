/** Bytes in which nothing repeats and nothing is by chance, which differ with their seed. */
export function pattern(length: number, seed: number): Buffer {
  const bytes = Buffer.alloc(length)
  for (let at = 0, state = seed >>> 0; at < length; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    bytes[at] = state >>> 24
  }
  return bytes
}

export const OUR_SEED = 1
export const OTHER_SEED = 2

/** Sectors that tell their number, as resources/target/samples/disktest knows them. */
export function patternDisk(sectors: number, seed: number): Buffer {
  const disk = Buffer.alloc(sectors * 512)
  for (let sector = 0; sector < sectors; sector++) {
    let state = (Math.imul(sector, 2654435761) + seed) >>> 0
    for (let at = 0; at < 512; at += 4) {
      disk.writeUInt32LE(state, sector * 512 + at)
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    }
  }
  return disk
}
