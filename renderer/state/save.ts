/** Saves what the page made, where its user wants it: the desktop app asks, a browser does as it is set to. */
export function saveBlob(blob: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  // The download has begun, or asks for a place, by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
