/** What is used of noVNC, which comes without types. */
declare module '@novnc/novnc' {
  interface RfbEvents {
    readonly connect: CustomEvent
    readonly disconnect: CustomEvent<{ readonly clean: boolean }>
  }

  export default class RFB extends EventTarget {
    constructor(
      target: HTMLElement,
      url: string,
      options?: { readonly credentials?: { readonly password: string }; readonly shared?: boolean },
    )
    scaleViewport: boolean
    background: string
    focusOnClick: boolean
    disconnect(): void
    focus(): void
    blur(): void
    /** `keysym` of X11; without `down` the key is pressed and let go. */
    sendKey(keysym: number, code: string | null, down?: boolean): void
    /** What the screen shows, in its own size; null while it has none. */
    toBlob(callback: (picture: Blob | null) => void, type: string): void
    addEventListener<Name extends keyof RfbEvents>(
      name: Name,
      listener: (event: RfbEvents[Name]) => void,
    ): void
  }
}
