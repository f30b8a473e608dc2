import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ConsoleLines } from '../../electron/machine/console.ts'

function linesOf(...chunks: readonly (string | Uint8Array)[]): string[] {
  const lines: string[] = []
  const console = new ConsoleLines((line) => lines.push(line))
  for (const chunk of chunks) console.push(Buffer.from(chunk))
  console.end()
  return lines
}

it('gives whole lines, however they arrive', () => {
  expect(linesOf('Boot', 'wire\r', '\nsample', ' kernel\n\nend')).toEqual([
    'Bootwire',
    'sample kernel',
    'end',
  ])
})

it('leaves out what a terminal would do: colours, cursor moves, titles, bells', () => {
  expect(linesOf('\x1b[1;37mXen\x1b[0m 4\x1b[2J\x1b[10;1H.17\x1b]0;title\x07!\x07\x1b(B\x1b=\n')).toEqual([
    'Xen 4.17!',
  ])
  expect(linesOf('\x1b[1', ';31mred\x1b', '[0m\n')).toEqual(['red'])
})

it('gives what a target waits behind once, and again for the next line', () => {
  const lines: string[] = []
  const console = new ConsoleLines((line) => lines.push(line))
  const say = (text: string) => console.push(Buffer.from(text))
  say('Hello\n')
  expect(console.prompt()).toBeUndefined()
  say('\x1b[1mNetBoot> ')
  expect(console.prompt()).toBe('NetBoot>')
  say('help')
  expect(console.prompt()).toBeUndefined()
  say('\r\nNetBoot> ')
  expect(console.prompt()).toBe('NetBoot>')
  expect(lines).toEqual(['Hello', 'NetBoot> help'])
})

it('cuts a line that never ends', () => {
  expect(linesOf('x'.repeat(3000)).map(({ length }) => length)).toEqual([1024, 1024, 952])
})

it('gives printable text of bounded length for any bytes', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 4 }), (chunks) => {
      for (const line of linesOf(...chunks)) {
        expect(line.length).toBeLessThanOrEqual(1024)
        // eslint-disable-next-line no-control-regex
        expect(line).not.toMatch(/[\x00-\x08\x0a-\x1f\x7f]/)
      }
    }),
  )
})
