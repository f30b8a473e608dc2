/** PXELINUX cuts longer names than 255 bytes; short ones leave room for arguments. */
const LONGEST_NAME = 64

/**
 * Names for files on the server, one for each given name and all different, also without regard to case: ASCII
 * letters, digits, `.`, `_` and `-`, which neither PXELINUX nor mboot.c32 takes for an option, a URL or a separator.
 */
export function servedNames(names: readonly string[], taken: readonly string[]): string[] {
  const used = new Set(taken.map((name) => name.toLowerCase()))
  return names.map((name) => {
    const plain = safeName(name)
    let unique = plain
    for (let count = 2; used.has(unique.toLowerCase()); count++) unique = `${count}-${plain}`
    used.add(unique.toLowerCase())
    return unique
  })
}

function safeName(name: string): string {
  const ascii = name
    .normalize('NFKD')
    .replaceAll(/\p{Mark}/gu, '')
    .replaceAll(/[^A-Za-z0-9._-]+/g, '_')
    .replace(/^[-._]+/, '')
  // The end is kept when a name is cut: it tells the versions of a kernel apart.
  return ascii.slice(-LONGEST_NAME).replace(/^[-._]+/, '') || 'file'
}
