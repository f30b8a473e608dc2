/** The time of day for what counts on the page, in milliseconds since the epoch; it stands still while nobody needs it. */
class Clock {
  now = $state(Date.now())
  #timer: ReturnType<typeof setInterval> | undefined

  /** Ten times a second, as long as the caller's effect lives. */
  run(): () => void {
    this.now = Date.now()
    this.#timer ??= setInterval(() => (this.now = Date.now()), 100)
    return () => {
      clearInterval(this.#timer)
      this.#timer = undefined
    }
  }
}

export const clock = new Clock()
