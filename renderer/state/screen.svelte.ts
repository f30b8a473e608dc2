import RFB from '@novnc/novnc'
import type { DesktopApi } from '../../electron/api/desktop.ts'

const RETRY_MILLISECONDS = 1000
/** Keysyms of X11 (keysymdef.h). */
const SHIFT_LEFT = 0xffe1
const RETURN = 0xff0d
/** A guest's keyboard controller holds 16 bytes: keys come no faster than a very quick typist's. */
const KEY_MILLISECONDS = 25
const SHIFTED = /[A-Z~!@#$%^&*()_+{}|:"<>?]/

/** The virtual target's screen: connected as long as there is one to see, and again when it has been lost. */
export class ScreenState {
  connected = $state(false)

  readonly #api: Pick<DesktopApi, 'screen'>
  #rfb: RFB | undefined
  #closed = false

  constructor(api: Pick<DesktopApi, 'screen'>) {
    this.#api = api
  }

  /** Draws into `holder` until the returned function is called. */
  open(holder: HTMLElement): () => void {
    this.#closed = false
    void this.#connect(holder)
    return () => {
      this.#closed = true
      this.#rfb?.disconnect()
      this.#rfb = undefined
      this.connected = false
    }
  }

  focus(): void {
    this.#rfb?.focus()
  }

  blur(): void {
    this.#rfb?.blur()
  }

  /** What it shows now, as PNG; undefined while nothing is seen. */
  picture(): Promise<Blob | undefined> {
    const rfb = this.#rfb
    if (rfb === undefined || !this.connected) return Promise.resolve(undefined)
    return new Promise((resolve) => rfb.toBlob((picture) => resolve(picture ?? undefined), 'image/png'))
  }

  /** Types `text` and Enter on the target's keyboard, as it is on a US keyboard. */
  async type(text: string): Promise<void> {
    for (const character of `${text}\n`) {
      const rfb = this.#rfb
      if (rfb === undefined) return
      const isShifted = SHIFTED.test(character)
      if (isShifted) rfb.sendKey(SHIFT_LEFT, null, true)
      rfb.sendKey(character === '\n' ? RETURN : character.charCodeAt(0), null)
      if (isShifted) rfb.sendKey(SHIFT_LEFT, null, false)
      await new Promise((next) => setTimeout(next, KEY_MILLISECONDS))
    }
  }

  async #connect(holder: HTMLElement): Promise<void> {
    const screen = await this.#api.screen().catch(() => undefined)
    if (this.#closed) return
    if (screen === undefined) {
      this.#retry(holder)
      return
    }
    const rfb = new RFB(holder, screen.url, { credentials: { password: screen.password } })
    rfb.scaleViewport = true
    rfb.background = 'transparent'
    rfb.addEventListener('connect', () => (this.connected = true))
    rfb.addEventListener('disconnect', () => {
      this.connected = false
      this.#retry(holder)
    })
    this.#rfb = rfb
  }

  #retry(holder: HTMLElement): void {
    this.#rfb = undefined
    if (this.#closed) return
    setTimeout(() => {
      if (!this.#closed) void this.#connect(holder)
    }, RETRY_MILLISECONDS)
  }
}
