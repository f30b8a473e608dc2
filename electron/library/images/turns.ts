import { setImmediate } from 'node:timers/promises'

/**
 * How long others in this process wait for their turn. Files are read, written and looked at without leaving this
 * thread, because that is several times as fast as by Node's pool.
 */
const TURN_MILLISECONDS = 8

/** Lets others have their turn, now and then. */
export class Turns {
  #began = performance.now()

  get isOver(): boolean {
    return performance.now() - this.#began >= TURN_MILLISECONDS
  }

  async pass(): Promise<void> {
    await setImmediate()
    this.#began = performance.now()
  }
}
