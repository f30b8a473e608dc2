/** Debian's Chromium without a window, driven by Playwright. */
import { chromium, type Browser } from 'playwright'
import { findChromium } from '../../build/peers.mjs'
import { isRoot } from './app.ts'

/** Why there is none; undefined when there is one. */
export function noChromium(): string | undefined {
  return findChromium() === undefined
    ? "needs Debian's Chromium, which npm test unpacks (chromium)"
    : undefined
}

export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: findChromium()!, chromiumSandbox: !isRoot })
}
