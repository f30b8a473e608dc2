/** Separate stretches of a file that are told apart. More are counted as if what is between them had been read. */
const STRETCHES = 64

interface Stretch {
  start: number
  end: number
}

/** How much of a file was read at least once, in any order and however often. */
export class Coverage {
  readonly #stretches: Stretch[] = []
  #bytes = 0

  get bytes(): number {
    return this.#bytes
  }

  add(start: number, end: number): void {
    const stretches = this.#stretches
    const first = stretches.findLastIndex((one) => one.start <= start)
    const previous = stretches[first]
    const joins = previous !== undefined && previous.end >= start
    const at = joins ? first : first + 1
    if (!joins) stretches.splice(at, 0, { start, end: start })
    const grown = stretches[at]!
    const last = stretches.findLastIndex((one) => one.start <= Math.max(end, grown.end))
    const newEnd = Math.max(end, grown.end, stretches[last]!.end)
    const covered = stretches.slice(at, last + 1).reduce((sum, one) => sum + one.end - one.start, 0)
    this.#bytes += newEnd - grown.start - covered
    grown.end = newEnd
    stretches.splice(at + 1, last - at)
    if (stretches.length > STRETCHES) this.#joinNearest()
  }

  #joinNearest(): void {
    const stretches = this.#stretches
    const gaps = stretches.slice(1).map((one, index) => one.start - stretches[index]!.end)
    const smallest = Math.min(...gaps)
    const at = gaps.indexOf(smallest)
    stretches[at]!.end = stretches[at + 1]!.end
    stretches.splice(at + 1, 1)
    this.#bytes += smallest
  }
}
