import '@fontsource-variable/inter/wght.css'
import '@fontsource-variable/jetbrains-mono/wght.css'
import { mount } from 'svelte'
import App from './App.svelte'
import { provideBootwire } from './browser-mode.ts'
import './tokens.css'
import './base.css'
import './components/beads.css'
import { failureOf, remediesOf } from './state/failure.ts'
import { theme } from './state/theme.svelte.ts'

const target = document.getElementById('app')!

theme.apply()
try {
  await provideBootwire()
  mount(App, { target })
} catch (reason) {
  const failure = failureOf(reason)
  target.textContent = [failure.message, ...remediesOf(failure)].join(' ')
}
