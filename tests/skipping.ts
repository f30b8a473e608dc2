import type { TestOptions } from 'vitest'

declare module 'vitest' {
  interface TaskMeta {
    /** Why a test is skipped: what skips a group tells the reporter no reason of its own. */
    reason?: string
  }
}

/** For `describe` and `it`: skips them with the reason, unless there is none. */
export function unless(reason: string | undefined): TestOptions {
  return reason === undefined ? {} : { skip: true, meta: { reason } }
}

export const onLinux = unless(process.platform === 'linux' ? undefined : 'is of Linux')
export const notOnWindows = unless(process.platform === 'win32' ? 'Windows has no such thing' : undefined)
