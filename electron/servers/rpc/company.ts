/** Milliseconds for which somebody who was heard counts as being at work. */
const AT_WORK = 100

/** Tells whether somebody is alone at work: what is best for one is not what is best for many. */
export class Company {
  #latest: object | undefined
  #latestAt = -Infinity
  /** When anybody else than the latest was heard last. */
  #othersAt = -Infinity

  heard(who: object): void {
    const now = performance.now()
    if (who !== this.#latest) this.#othersAt = this.#latestAt
    this.#latest = who
    this.#latestAt = now
  }

  /** Whether anybody but `who` is at work. */
  hasOthersThan(who: object): boolean {
    const heardAt = who === this.#latest ? this.#othersAt : this.#latestAt
    return performance.now() - heardAt < AT_WORK
  }
}
