/** The built page's own files, as either face serves them. */
import { readFile } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'

/**
 * Nothing but the page's own files, and the virtual target's screen, which QEMU shows by a WebSocket on a port that it
 * chooses and noVNC draws as images out of `data:`. Markup may come from Svelte's compiled templates only.
 */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self' ws://127.0.0.1:*",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types svelte-trusted-html',
].join('; ')

/** What goes with every answer, that there is no such file too. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': policy,
  'cross-origin-opener-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
}

const contentTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

export interface Asset {
  readonly type: string
  readonly bytes: Buffer
}

/** The file in `folder` that the path of a URL names; undefined when there is none. */
export async function readAsset(folder: string, pathname: string): Promise<Asset | undefined> {
  const path = assetPath(folder, pathname)
  const type = path === undefined ? undefined : contentTypes[extname(path)]
  if (path === undefined || type === undefined) return undefined
  try {
    return { type, bytes: await readFile(path) }
  } catch {
    return undefined
  }
}

/** Where in `folder` that could be; undefined when the name leads out of it, or to what is hidden. */
export function assetPath(folder: string, pathname: string): string | undefined {
  let name: string
  try {
    name = decodeURIComponent(pathname)
  } catch {
    return undefined
  }
  // A backslash or a drive letter is a way out on Windows, and no file of ours has one.
  if (/[\\:\0]/.test(name)) return undefined
  const path = normalize(join(folder, name === '/' ? 'index.html' : name))
  return path.startsWith(normalize(folder) + sep) && path.slice(folder.length).split(sep).every(isVisible)
    ? path
    : undefined
}

const isVisible = (part: string) => !part.startsWith('.')
