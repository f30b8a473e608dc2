import { readFileSync } from 'node:fs'
import { z } from 'zod'

/** Bootwire's own, out of the package that the built programs are part of. */
export const { version: VERSION } = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')))
