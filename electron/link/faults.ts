/**
 * Bad cables on purpose: frames that get lost, arrive twice, overtake each other or come late, decided by a
 * seed, so that a boot that failed can be tried again under the same conditions.
 */

export interface FaultPlan {
  /** The share of frames that is lost, 0 to 1. */
  readonly loss: number
  /** The share of frames that arrives twice, 0 to 1. */
  readonly duplicate: number
  /** By how many frames one may be overtaken; 0 for never. One frame in ten is. */
  readonly reorder: number
  /** Milliseconds that each frame takes. */
  readonly delay: number
  /** An unsigned 32-bit number. */
  readonly seed: number
}

/** Why a fault plan's text cannot be understood, and what it should look like. */
export class FaultPlanError extends Error {
  override readonly name = 'FaultPlanError'
}

export const NO_FAULTS: FaultPlan = { loss: 0, duplicate: 0, reorder: 0, delay: 0, seed: 1 }

const READERS: { readonly [Key in keyof FaultPlan]: (value: string) => number } = {
  loss: share,
  duplicate: share,
  reorder: (value) => whole(value, /^\d+$/, 64, 'a number of frames from 0 to 64, such as 5'),
  delay: (value) => whole(value, /^\d+ms$/, 1000, 'milliseconds from 0 to 1000, such as 2ms'),
  seed: (value) => whole(value, /^\d+$/, 0xffff_ffff, 'a whole number from 0 to 4294967295'),
}

/**
 * Reads `loss=5%,duplicate=5%,reorder=5,delay=2ms,seed=7`. Each part may be left out: no such fault then, and
 * seed 1.
 * @throws FaultPlanError
 */
export function parseFaults(text: string): FaultPlan {
  const plan: { -readonly [Key in keyof FaultPlan]: number } = { ...NO_FAULTS }
  const seen = new Set<string>()
  for (const part of text.split(',')) {
    const [key = '', value = '', ...more] = part.split('=').map((side) => side.trim())
    if (!isFault(key)) throw new FaultPlanError(`"${key}" is no fault. There are ${faultNames()}.`)
    if (seen.has(key)) throw new FaultPlanError(`"${key}" is there twice. Name each fault once.`)
    seen.add(key)
    try {
      plan[key] = READERS[key]([value, ...more].join('='))
    } catch (error) {
      if (error instanceof RangeError)
        throw new FaultPlanError(`"${part.trim()}": ${key} needs ${error.message}.`)
      throw error
    }
  }
  return plan
}

function isFault(key: string): key is keyof FaultPlan {
  return Object.hasOwn(READERS, key)
}

function faultNames(): string {
  return Object.keys(READERS)
    .join(', ')
    .replace(/, (?=\w+$)/, ' and ')
}

function share(value: string): number {
  const percent = Number(/^(\d+(?:\.\d+)?)%$/.exec(value)?.[1] ?? NaN)
  if (!(percent <= 100)) throw new RangeError('a share from 0% to 100%, such as 5%')
  return percent / 100
}

function whole(value: string, form: RegExp, most: number, wanted: string): number {
  const number = Number.parseInt(value, 10)
  if (!form.test(value) || number > most) throw new RangeError(wanted)
  return number
}

/** What becomes of one frame. */
export interface FrameFate {
  /** How often it arrives: 0, 1 or 2 times. */
  readonly copies: number
  /** How many later frames overtake it. */
  readonly overtakenBy: number
}

const UNHARMED: FrameFate = { copies: 1, overtakenBy: 0 }
const OVERTAKEN_SHARE = 0.1

/** Decides frame by frame. The n-th fate depends on nothing but the plan, the lane and n. */
export function fates(plan: FaultPlan, lane: number): () => FrameFate {
  if (plan.loss === 0 && plan.duplicate === 0 && plan.reorder === 0) return () => UNHARMED
  const random = randomNumbers(plan.seed, lane)
  return () => {
    // Each frame takes four numbers whatever becomes of it, so that one share does not shift another's choices.
    const [lost, twice, held, far] = [random(), random(), random(), random()]
    if (lost < plan.loss) return { copies: 0, overtakenBy: 0 }
    return {
      copies: twice < plan.duplicate ? 2 : 1,
      overtakenBy: plan.reorder > 0 && held < OVERTAKEN_SHARE ? 1 + Math.floor(far * plan.reorder) : 0,
    }
  }
}

/** A frame that waits to be overtaken does so for this many milliseconds at most, since traffic may stop. */
const LONGEST_HOLD = 5
/** Frames in flight on a slow cable. More are lost, as in a switch whose buffer is full. */
const MOST_DELAYED = 4096

/** One direction of a cable with faults. */
export class FaultyLane {
  readonly #delay: number
  readonly #next: () => FrameFate
  readonly #deliver: (frame: Buffer) => void
  #held: { readonly frame: Buffer; readonly copies: number; overtakenBy: number }[] = []
  #release: NodeJS.Timeout | undefined
  readonly #delayed = new Set<NodeJS.Timeout>()

  /** @param lane tells the two directions apart, so that each has fates of its own */
  constructor(plan: FaultPlan, lane: number, deliver: (frame: Buffer) => void) {
    this.#delay = plan.delay
    this.#next = fates(plan, lane)
    this.#deliver = deliver
  }

  /** Decides what becomes of the next frame. */
  nextFate(): FrameFate {
    return this.#next()
  }

  /** Sends a frame on its way. It is kept until it arrives. */
  pass(frame: Buffer, fate = this.nextFate()): void {
    if (fate.copies > 0 && fate.overtakenBy > 0) {
      this.#held.push({ frame, ...fate })
      this.#release ??= setTimeout(() => this.#releaseAll(), LONGEST_HOLD)
    } else if (fate.copies > 0) {
      this.#send(frame, fate.copies)
      this.#overtake()
    }
  }

  /** Forgets every frame on its way. */
  clear(): void {
    clearTimeout(this.#release)
    this.#release = undefined
    this.#held = []
    for (const timer of this.#delayed) clearTimeout(timer)
    this.#delayed.clear()
  }

  #overtake(): void {
    if (this.#held.length === 0) return
    for (const waiting of this.#held) waiting.overtakenBy--
    const due = this.#held.filter(({ overtakenBy }) => overtakenBy <= 0)
    this.#held = this.#held.filter(({ overtakenBy }) => overtakenBy > 0)
    for (const { frame, copies } of due) this.#send(frame, copies)
  }

  #releaseAll(): void {
    this.#release = undefined
    const due = this.#held
    this.#held = []
    for (const { frame, copies } of due) this.#send(frame, copies)
  }

  #send(frame: Buffer, copies: number): void {
    for (let copy = 0; copy < copies; copy++) {
      if (this.#delay === 0) this.#deliver(frame)
      else if (this.#delayed.size < MOST_DELAYED) {
        const timer = setTimeout(() => {
          this.#delayed.delete(timer)
          this.#deliver(frame)
        }, this.#delay)
        this.#delayed.add(timer)
      }
    }
  }
}

/**
 * Numbers from 0 up to 1 and the same ones for the same seed: a Weyl sequence (Steele, Lea and Flood, "Fast
 * splittable pseudorandom number generators", 2014) through MurmurHash3's 32-bit finaliser (Appleby, 2011).
 */
function randomNumbers(seed: number, lane: number): () => number {
  let state = scramble(scramble(seed) + lane)
  return () => {
    state = (state + 0x9e3779b9) | 0
    return scramble(state) / 2 ** 32
  }
}

function scramble(value: number): number {
  let mixed = value ^ (value >>> 16)
  mixed = Math.imul(mixed, 0x85ebca6b)
  mixed ^= mixed >>> 13
  mixed = Math.imul(mixed, 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
