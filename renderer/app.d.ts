/// <reference types="svelte" />
/// <reference types="vite/client" />
import type { DesktopApi } from '../electron/api/desktop.ts'

declare global {
  interface Window {
    readonly bootwire: DesktopApi
  }
}
