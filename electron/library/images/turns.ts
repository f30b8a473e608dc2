import { setImmediate } from 'node:timers/promises'

/** How long others in this process wait while something long is done on its one thread. */
const TURN_MILLISECONDS = 8

/** Lets others have their turn, now and then. */
export class Turns {
  #began = performance.now()

  async passWhenOver(): Promise<void> {
    if (performance.now() - this.#began < TURN_MILLISECONDS) return
    await setImmediate()
    this.#began = performance.now()
  }
}
