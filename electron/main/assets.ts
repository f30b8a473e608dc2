import { readFile } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'

/** The page's own scheme: unlike file://, it has an origin, and names nothing but the page's own files. */
export const APP_SCHEME = 'app'
export const APP_ORIGIN = `${APP_SCHEME}://bootwire`

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

/** Nothing is allowed but the page's own files; markup may come from Svelte's compiled templates only. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types svelte-trusted-html',
].join('; ')

/** The file in `folder` that a URL of the page names; undefined when it names none that could be there. */
export function assetPath(folder: string, url: string): string | undefined {
  if (!URL.canParse(url)) return undefined
  const { protocol, host, pathname } = new URL(url)
  if (protocol !== `${APP_SCHEME}:` || host !== 'bootwire') return undefined
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

/** Answers a request of the page for one of its files. */
export async function serveAsset(folder: string, request: Request): Promise<Response> {
  const path = assetPath(folder, request.url)
  const type = path === undefined ? undefined : contentTypes[extname(path)]
  if (path === undefined || type === undefined || request.method !== 'GET') return notFound()
  try {
    return new Response(await readFile(path), {
      headers: {
        'content-type': type,
        'content-security-policy': policy,
        'cross-origin-opener-policy': 'same-origin',
        'x-content-type-options': 'nosniff',
      },
    })
  } catch {
    return notFound()
  }
}

const isVisible = (part: string) => !part.startsWith('.')

const notFound = () =>
  new Response('Not found', { status: 404, headers: { 'content-security-policy': policy } })
