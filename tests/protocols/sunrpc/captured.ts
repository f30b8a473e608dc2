import { readFileSync } from 'node:fs'
import { RecordDecoder } from '../../../electron/protocols/sunrpc/records.ts'

/** One RPC message of a captured conversation, without its record mark. */
export interface CapturedMessage {
  readonly frame: number
  readonly from: number
  readonly to: number
  readonly message: Buffer
}

function lines(file: string): string[][] {
  const text = readFileSync(new URL(`../../fixtures/nfs/${file}`, import.meta.url), 'utf8')
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(' '))
}

/** The original OSKit NetBoot 3.1 loading a kernel over UDP from port 620. */
export function oskitNetboot(): CapturedMessage[] {
  return lines('oskit-netboot.txt').map(([frame, from, to, payload]) => ({
    frame: Number(frame),
    from: Number(from),
    to: Number(to),
    message: Buffer.from(payload!, 'hex'),
  }))
}

/** Darwin 12.5.0 mounting its root: the port mapper over UDP, all else over TCP. */
export function xnuRoot(): CapturedMessage[] {
  return lines('xnu-root.txt').map(([frame, protocol, from, to, payload]) => {
    const bytes = Buffer.from(payload!, 'hex')
    const message = protocol === 'udp' ? bytes : new RecordDecoder(65_536).push(bytes)[0]!
    return { frame: Number(frame), from: Number(from), to: Number(to), message }
  })
}
