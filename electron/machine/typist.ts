import type { Happening } from '../clients/events.ts'

/** Types at a virtual target's prompt: the next line each time that the target waits there. */
export class Typist {
  readonly #prompt: string
  readonly #lines: string[]
  #waits = false
  #type: ((text: string) => void) | undefined

  /** `prompt` is how the line ends behind which the target waits. */
  constructor(prompt: string, lines: readonly string[]) {
    this.#prompt = prompt.trimEnd()
    this.#lines = [...lines]
  }

  /** From here on there is something to type on. */
  sitDown(type: (text: string) => void): void {
    this.#type = type
    this.#typeNext()
  }

  heed(happening: Happening): void {
    if (happening.type !== 'console-prompt' || !happening.text.endsWith(this.#prompt)) return
    this.#waits = true
    this.#typeNext()
  }

  #typeNext(): void {
    if (!this.#waits || this.#type === undefined) return
    const line = this.#lines.shift()
    if (line === undefined) return
    this.#waits = false
    this.#type(`${line}\n`)
  }
}
