import '@fontsource-variable/inter/wght.css'
import '@fontsource-variable/jetbrains-mono/wght.css'
import { mount } from 'svelte'
import App from './App.svelte'
import './tokens.css'
import './base.css'
import './components/beads.css'
import { theme } from './state/theme.svelte.ts'

theme.apply()
mount(App, { target: document.getElementById('app')! })
