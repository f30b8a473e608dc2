/** What Windows takes for a separator, a stream or a pattern, and what it drops from a name's end. */
const WINDOWS_MEANING = /[\\:*?"<>|\p{Cc}]|[. ]+$/gu
const WINDOWS_DEVICES = /^(?:con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i

/** A path of a volume as this computer can have it; elsewhere than on Windows that is the path itself. */
export function hostPath(path: string, platform: NodeJS.Platform = process.platform): string {
  if (platform !== 'win32') return path
  return path
    .split('/')
    .map((name) => name.replace(WINDOWS_MEANING, '_').replace(WINDOWS_DEVICES, '_$&'))
    .join('/')
}
