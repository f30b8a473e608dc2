export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

const STORED = 'bootwire-theme'

/** Light or dark: the system's, unless the user chose one. */
class ThemeChoice {
  #chosen = $state<Theme>(read())

  get chosen(): Theme {
    return this.#chosen
  }

  set chosen(theme: Theme) {
    this.#chosen = theme
    localStorage.setItem(STORED, theme)
    this.apply()
  }

  apply(): void {
    if (this.#chosen === 'system') delete document.documentElement.dataset['theme']
    else document.documentElement.dataset['theme'] = this.#chosen
  }
}

function read(): Theme {
  const stored = globalThis.localStorage.getItem(STORED)
  return themes.find((theme) => theme === stored) ?? 'system'
}

export const theme = new ThemeChoice()
