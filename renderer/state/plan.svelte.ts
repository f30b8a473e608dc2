import type { DesktopApi, Failure, Review, StartOptions } from '../../electron/api/desktop.ts'
import { failureOf } from './failure.ts'

/** Choices are made one after another: only the last of a quick few is planned. */
const SETTLE_MILLISECONDS = 150

/** What the chosen set-up would run, planned again after each change. */
export class LivePlan {
  review = $state.raw<Review | undefined>()
  failure = $state.raw<Failure | undefined>()
  checking = $state(false)

  readonly #api: Pick<DesktopApi, 'review'>
  #latest = ''
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(api: Pick<DesktopApi, 'review'>) {
    this.#api = api
  }

  /** Undefined options: there is nothing to plan yet. */
  check(options: StartOptions | undefined, isForced = false): void {
    const wanted = options === undefined ? '' : JSON.stringify(options)
    if (wanted === this.#latest && !isForced) return
    this.#latest = wanted
    clearTimeout(this.#timer)
    this.checking = options !== undefined
    if (options === undefined) this.#show(undefined, undefined)
    else this.#timer = setTimeout(() => void this.#run(options, wanted), SETTLE_MILLISECONDS)
  }

  async #run(options: StartOptions, wanted: string): Promise<void> {
    const outcome = await this.#api.review(options).then(
      (review) => ({ review, failure: undefined }),
      (error: unknown) => ({ review: undefined, failure: failureOf(error) }),
    )
    // An answer to what was wanted before says nothing about what is wanted now.
    if (wanted === this.#latest) this.#show(outcome.review, outcome.failure)
  }

  #show(review: Review | undefined, failure: Failure | undefined): void {
    this.review = review
    this.failure = failure
    this.checking = false
  }
}
