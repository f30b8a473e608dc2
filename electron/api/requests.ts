/** The parameters of each function of `DesktopApi` as they cross to the process that carries it out. */
import { z } from 'zod'
import { InterfaceChoice, StartOptions } from '../service/commands.ts'
import type { DesktopRequest, Failure } from './desktop.ts'

const path = z.string().min(1).max(4096)

export const requestParameters = {
  environment: z.tuple([]),
  interfaces: z.tuple([]),
  lookForServers: z.tuple([InterfaceChoice]),
  chains: z.tuple([]),
  imports: z.tuple([]),
  chooseImports: z.tuple([z.enum(['files', 'folder'])]),
  /** By then files are where a path names them: the preload script knows it, and a browser has uploaded them. */
  importFiles: z.tuple([z.array(path).max(1000)]),
  forgetImport: z.tuple([path]),
  chooseFolder: z.tuple([]),
  review: z.tuple([StartOptions]),
  start: z.tuple([StartOptions]),
  stop: z.tuple([]),
  resetTarget: z.tuple([]),
  screen: z.tuple([]),
  saveJournal: z.tuple([]),
  saveCapture: z.tuple([]),
  lastSetup: z.tuple([]),
} satisfies Record<DesktopRequest, z.ZodType<readonly unknown[]>>

export type RequestParameters = { [Name in DesktopRequest]: z.infer<(typeof requestParameters)[Name]> }

/** What a request is answered with: its result, or why there is none. */
export type Reply = { readonly result: unknown } | { readonly failure: Failure }

export function isRequest(name: string): name is DesktopRequest {
  return Object.hasOwn(requestParameters, name)
}
