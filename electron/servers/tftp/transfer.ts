import type { PeerSocket } from '../../link/link.ts'
import type { HappeningOf } from '../../clients/events.ts'
import { DecodeError } from '../../protocols/bytes.ts'
import { acknowledgedBlock } from '../../protocols/tftp/acknowledgement.ts'
import { ErrorCode, type ErrorPacket } from '../../protocols/tftp/error.ts'
import type { Agreement } from '../../protocols/tftp/negotiation.ts'
import { decodePacket, encodePacket } from '../../protocols/tftp/packet.ts'
import { Retransmission } from './retransmission.ts'
import type { Rings } from './rings.ts'
import type { Source } from './source.ts'
import { Window } from './window.ts'

/** Milliseconds without progress after which a client counts as gone, and the tries it gets at the least. */
const SILENCE = 30_000
const TRIES = 5
/** The same when everything but the last window is known to have arrived: many ROMs start what they loaded then. */
const LAST_SILENCE = 8_000
const PROGRESS_INTERVAL = 100

type Ended = HappeningOf<'transfer-ended'>
export type Outcome = Pick<Ended, 'outcome' | 'bytes' | 'resent'> & { readonly text?: string }

export interface TransferListener {
  /** `bytes` were acknowledged so far; at most ten times a second. */
  onProgress(bytes: number): void
  /** Called once; the transfer has given everything back. */
  onEnd(outcome: Outcome): void
}

/**
 * One file on its way to one client: RFC 1350's lockstep and RFC 7440's windows, which are the same thing with
 * a window of one. A block is sent again when its time is up, or when an ACK says that it is missing; an ACK
 * that was seen before never makes lockstep send anything (the Sorcerer's Apprentice, RFC 1123 4.2.3.1).
 */
export class Transfer {
  readonly #socket: PeerSocket
  readonly #source: Source
  readonly #listener: TransferListener
  readonly #window: Window
  readonly #windowSize: number
  readonly #retransmission: Retransmission
  /** Milliseconds that the client's own timeout makes us wait for it at the least. */
  readonly #leastPatience: number
  /** The OACK while it is unanswered. It takes the place of block 0. */
  #offer: Buffer | undefined
  readonly #sizeAsked: boolean

  /** Blocks are counted without end. Everything up to `acknowledged` arrived; up to `sent` is on its way. */
  #acknowledged = 0
  #sent = 0
  #resent = 0
  /** The last block on its way when blocks were last sent again, and when that was. */
  #recovering = -1
  #recoveredAt = 0

  /** When the newest block left, if it can still be timed: it was sent once. */
  #timedFrom = -1
  #sentAt = 0
  #progressAt: number
  #toldAt: number
  #tries = 0
  #deadline = 0
  #timer: NodeJS.Timeout | undefined
  #timerAt = 0
  #hasMovedOn = false
  #ended = false
  readonly #send: (packets: Buffer, count: number) => void

  constructor(
    socket: PeerSocket,
    source: Source,
    agreement: Agreement,
    rings: Rings,
    listener: TransferListener,
  ) {
    this.#socket = socket
    this.#source = source
    this.#listener = listener
    this.#window = new Window(source, agreement.blockSize, agreement.windowSize, rings)
    this.#windowSize = agreement.windowSize
    this.#retransmission = new Retransmission(agreement.timeout)
    this.#leastPatience = 2000 * (agreement.timeout ?? 0)
    this.#sizeAsked = agreement.options.some(({ name }) => name.toLowerCase() === 'tsize')
    this.#progressAt = this.#toldAt = performance.now()
    const packetSize = this.#window.packetSize
    this.#send = (packets, count) => {
      if (count === 1) socket.send(packets)
      else socket.sendSegments(packets, packetSize)
    }
    if (agreement.options.length > 0) {
      this.#offer = encodePacket({ type: 'option-acknowledgement', options: agreement.options })
      this.#acknowledged = -1
    }
  }

  /** Sends the OACK, or the first blocks when no option was agreed on. */
  start(): void {
    const now = performance.now()
    if (this.#offer === undefined) return this.#advance(now)
    this.#socket.send(this.#offer)
    this.#sentNow(now)
    this.#timedFrom = now
    this.#window.fill(this.#acknowledged)
  }

  /** The source, which had run dry, has more. */
  resume(): void {
    if (this.#ended) return
    if (this.#offer === undefined) this.#advance(performance.now())
    else this.#window.fill(this.#acknowledged)
  }

  /** Takes a datagram of the client's. */
  receive(data: Buffer): void {
    if (this.#ended) return
    const block = acknowledgedBlock(data)
    if (block !== -1) return this.#acknowledge(block)
    try {
      const packet = decodePacket(data)
      if (packet.type === 'error') this.#stopped(packet)
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error
    }
  }

  /**
   * The client has asked for something else. Nothing is concluded yet, because it may fetch two files at once;
   * but if it never answers here again, that is why.
   */
  movedOn(): void {
    this.#hasMovedOn = true
  }

  /** Whether the end of the file is on its way and only its last ACK is missing. */
  get isAllSent(): boolean {
    return this.#sent === this.#window.last
  }

  /** Milliseconds since the client last moved this transfer forward; `undefined` if it never did. */
  get quietFor(): number | undefined {
    return this.#acknowledged <= 0 ? undefined : performance.now() - this.#progressAt
  }

  /** Ends it from our side, telling the client why; `reason` is a whole sentence. */
  fail(reason: string): void {
    if (this.#ended) return
    this.#socket.send(encodePacket({ type: 'error', code: ErrorCode.undefined, text: reason }))
    this.#end('failed', reason)
  }

  /** Ends it as one whose client is gone. */
  abandon(): void {
    if (!this.#ended) this.#endSilently()
  }

  #acknowledge(number: number): void {
    const advance = (number - this.#acknowledged) & 0xffff
    const block = this.#acknowledged + advance
    // An ACK for what was not sent is an old one that was late.
    if (block > this.#sent) return
    const now = performance.now()
    if (advance === 0) {
      if (this.#tellsOfGap(now)) this.#sendAgain(now)
      return
    }

    this.#offer = undefined
    this.#acknowledged = block
    this.#progressAt = now
    this.#tries = 0
    if (block === this.#window.last) return this.#end('complete')
    if (block === this.#sent) {
      if (this.#timedFrom !== -1) this.#retransmission.sample(now - this.#timedFrom)
    } else if (this.#mayRecover(now)) this.#sendAgain(now)
    this.#advance(now)
    if (now - this.#toldAt >= PROGRESS_INTERVAL && block > 0) {
      this.#toldAt = now
      this.#listener.onProgress(this.#window.bytesThrough(block))
    }
  }

  /**
   * Whether an ACK of what was acknowledged before means that the first block of the window was lost. In
   * lockstep it never does. In a window it does unless it came too soon to be about this window, or right after
   * a repair, whose copies make the client repeat itself: an answer to copies would never end.
   */
  #tellsOfGap(now: number): boolean {
    return (
      this.#windowSize > 1 &&
      this.#sent > this.#acknowledged &&
      this.#acknowledged > this.#recovering &&
      now - this.#sentAt > this.#retransmission.roundTrip / 4
    )
  }

  /** Whether an ACK within the window is news: one about blocks that were just sent again is not. */
  #mayRecover(now: number): boolean {
    return this.#acknowledged >= this.#recovering || now - this.#recoveredAt > this.#retransmission.roundTrip
  }

  #sendAgain(now: number): void {
    if (this.#offer !== undefined) {
      this.#socket.send(this.#offer)
      this.#resent++
    } else if (this.#sent > this.#acknowledged) {
      this.#window.packets(this.#acknowledged + 1, this.#sent, this.#send)
      this.#resent += this.#sent - this.#acknowledged
    }
    this.#recovering = this.#sent
    this.#recoveredAt = now
    this.#sentNow(now)
    this.#timedFrom = -1
  }

  /**
   * Sends what the window has room for, then reads ahead while the client is busy with it. A window that is
   * not all read yet is not begun: the client would answer nothing before its end.
   */
  #advance(now: number): void {
    const window = this.#window
    const end = this.#acknowledged + this.#windowSize
    if (window.filled < end && window.filled < window.last) window.fill(this.#acknowledged)
    const last = Math.min(end, window.last)
    if (window.filled < last) return
    if (last > this.#sent) {
      const first = this.#sent + 1
      this.#sent = last
      window.packets(first, last, this.#send)
      this.#timedFrom = this.#recovering > this.#acknowledged ? -1 : now
      this.#sentNow(now)
    }
    if (!this.#ended) window.fill(this.#acknowledged)
  }

  #sentNow(now: number): void {
    this.#sentAt = now
    this.#deadline = now + this.#retransmission.interval
    // The timer is not moved at every block: when it fires too early it only waits on.
    if (this.#timer === undefined || this.#timerAt > this.#deadline) this.#arm(now)
  }

  #arm(now: number): void {
    clearTimeout(this.#timer)
    if (this.#ended) return
    this.#timerAt = this.#deadline
    this.#timer = setTimeout(() => this.#due(), Math.ceil(this.#deadline - now))
  }

  #due(): void {
    const now = performance.now()
    if (now < this.#deadline) return this.#arm(now)
    const patience = Math.max(this.#leastPatience, this.isAllSent ? LAST_SILENCE : SILENCE)
    const isWaiting = this.#sent > this.#acknowledged
    if (isWaiting && now - this.#progressAt >= patience && this.#tries >= TRIES) return this.#endSilently()
    if (isWaiting) {
      this.#tries++
      this.#retransmission.backOff()
      this.#sendAgain(now)
    }
    this.#deadline = now + this.#retransmission.interval
    this.#arm(now)
  }

  /**
   * What an ERROR means depends on when it comes: PXE ROMs ask for a size and then refuse the transfer with
   * code 8 or 0, and some end a complete one with code 0 in place of the last ACK. A full disk is another matter:
   * the size was too much for the client.
   */
  #stopped({ code, text }: ErrorPacket): void {
    const wantedSizeOnly = this.#offer !== undefined && this.#sizeAsked && code !== ErrorCode.diskFull
    if (wantedSizeOnly) return this.#end('size-check')
    if (this.isAllSent && code === ErrorCode.undefined) return this.#end('complete')
    this.#end('client-stopped', text === '' ? `error ${code}` : `error ${code}: ${text}`)
  }

  /**
   * A client that falls silent with only the last window unanswered has probably got everything: many ROMs
   * start what they loaded without a last ACK. The server cannot know, so it says complete only if the client
   * also went on to another request, and says silent with that remark otherwise.
   */
  #endSilently(): void {
    if (this.isAllSent) {
      if (this.#hasMovedOn) this.#end('complete', 'The client went on without acknowledging the last block.')
      else this.#end('silent', 'The last block was sent but never acknowledged. Some ROMs never do.')
    } else if (this.#offer !== undefined && this.#sizeAsked && this.#hasMovedOn) this.#end('size-check')
    else this.#end('silent')
  }

  #end(outcome: Outcome['outcome'], text?: string): void {
    this.#ended = true
    clearTimeout(this.#timer)
    this.#source.close()
    this.#socket.close()
    this.#window.close()
    const through = outcome === 'complete' ? this.#window.last : Math.max(0, this.#acknowledged)
    this.#listener.onEnd({
      outcome,
      bytes: this.#window.bytesThrough(through),
      resent: this.#resent,
      ...(text === undefined ? {} : { text }),
    })
  }
}
