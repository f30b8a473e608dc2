/** Numbers as people read them. Decimal units, as network and disk makers use them. */

export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(bytes < 10_000 ? 1 : 0)} KB`
  if (bytes < 1_000_000_000) return `${(bytes / 1_000_000).toFixed(1)} MB`
  return `${(bytes / 1_000_000_000).toFixed(2)} GB`
}

export function formatRate(bytesPerSecond: number): string {
  return `${formatBytes(Math.round(bytesPerSecond))}/s`
}

export function formatSeconds(seconds: number): string {
  return seconds < 10 ? `${seconds.toFixed(seconds < 0.1 ? 3 : 2)} s` : `${seconds.toFixed(1)} s`
}

/** Wall-clock time of day, to the millisecond, in the reader's time zone. */
export function formatTime(at: number): string {
  const date = new Date(at)
  const pad = (value: number, width: number) => String(value).padStart(width, '0')
  return `${pad(date.getHours(), 2)}:${pad(date.getMinutes(), 2)}:${pad(date.getSeconds(), 2)}.${pad(date.getMilliseconds(), 3)}`
}
