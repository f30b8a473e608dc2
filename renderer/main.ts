import { mount } from 'svelte'
import type { Failure } from '../electron/api/desktop.ts'
import { provideBootwire } from './browser-mode.ts'
import './tokens.css'

const target = document.getElementById('app')!
try {
  await provideBootwire()
  // Only now may anything look for `window.bootwire`.
  const { default: App } = await import('./App.svelte')
  mount(App, { target })
} catch (reason) {
  const { message, remedies = [] } = reason as Partial<Failure>
  target.textContent = [message ?? String(reason), ...remedies].join(' ')
}
