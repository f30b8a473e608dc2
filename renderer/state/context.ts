import { createContext } from 'svelte'
import type { Wizard } from './wizard.svelte.ts'

/** The one wizard of the page, for every component in it. */
export const [getWizard, setWizard] = createContext<Wizard>()
