/** Seconds from 1904, where HFS+ counts from, to 1970, both at midnight GMT (TN1150, "HFS Plus Dates"). */
const EPOCH = 2_082_844_800
const LATEST = 0xffff_ffff

/** From seconds since 1970, whole or not; what is before 1904 or after 2040 becomes the nearest date that fits. */
export function toHfsDate(seconds: number): number {
  return Math.min(LATEST, Math.max(0, Math.floor(seconds) + EPOCH))
}

/** To seconds since 1970. */
export function fromHfsDate(date: number): number {
  return date - EPOCH
}
