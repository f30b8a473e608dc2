/** What a page and browser mode tell each other by their WebSocket, each as JSON. */
import { z } from 'zod'
import type { Reply } from '../api/requests.ts'

/** The page's first message: the token of its address, or the key that it got for one. */
export const Introduction = z.union([
  z.strictObject({ token: z.string().max(100) }),
  z.strictObject({ key: z.string().max(100) }),
])
export type Introduction = z.infer<typeof Introduction>

const id = z.int().positive()

export const PageMessage = z.union([
  z.strictObject({ id, ask: z.string().max(100), parameters: z.array(z.unknown()).max(10) }),
  z.strictObject({ id, listen: z.enum(['events', 'service-state', 'import-progress']) }),
  /** No longer. */
  z.strictObject({ id, unlisten: z.literal(true) }),
])
export type PageMessage = z.infer<typeof PageMessage>

export type ServerMessage =
  | { readonly key: string }
  | { readonly id: number; readonly reply: Reply }
  | { readonly id: number; readonly news: unknown }
