import type { Attachment } from 'svelte/attachments'

/** Gives an element's style sheet a share from 0 to 1 as `--share`: the page may have no style attributes. */
export function share(value: number): Attachment<HTMLElement> {
  return (element) => element.style.setProperty('--share', String(Math.max(0, Math.min(1, value))))
}
