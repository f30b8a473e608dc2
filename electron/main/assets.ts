import { PAGE_HEADERS, readAsset } from '../api/page.ts'

/** The page's own scheme: unlike file://, it has an origin, and names nothing but the page's own files. */
export const APP_SCHEME = 'app'
const APP_HOST = 'bootwire'
export const APP_ORIGIN = `${APP_SCHEME}://${APP_HOST}`

/** Answers a request of the page for one of its files. */
export async function serveAsset(folder: string, { method, url }: Request): Promise<Response> {
  const { protocol, host, pathname } = new URL(url)
  const isOurs = protocol === `${APP_SCHEME}:` && host === APP_HOST && method === 'GET'
  const asset = isOurs ? await readAsset(folder, pathname) : undefined
  return asset === undefined
    ? new Response('Not found', { status: 404, headers: PAGE_HEADERS })
    : new Response(new Uint8Array(asset.bytes), { headers: { ...PAGE_HEADERS, 'content-type': asset.type } })
}
