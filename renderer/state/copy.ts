/** Puts text on the clipboard; an app that denies every permission to its page leaves the older way alone. */
export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
  } catch {
    const holder = document.createElement('textarea')
    holder.value = text
    holder.className = 'visually-hidden'
    document.body.append(holder)
    const focused = document.activeElement
    holder.select()
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- the only other way, and Chromium keeps it
    document.execCommand('copy')
    holder.remove()
    if (focused instanceof HTMLElement) focused.focus()
  }
}
