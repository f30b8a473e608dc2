import { expect, it } from 'vitest'
import type { Happening } from '../../electron/clients/events.ts'
import { Typist } from '../../electron/machine/typist.ts'

const client = '52:54:00:12:34:56'
const waitsAt = (text: string): Happening => ({ type: 'console-prompt', client, text })

function typistFor(...lines: string[]) {
  const typed: string[] = []
  const typist = new Typist('NetBoot> ', lines)
  return { typed, typist, sitDown: () => typist.sitDown((text) => void typed.push(text)) }
}

it('types the next line each time that the target waits at the prompt', () => {
  const { typed, typist, sitDown } = typistFor('one', 'two')
  sitDown()
  typist.heed(waitsAt('NetBoot>'))
  expect(typed).toEqual(['one\n'])
  typist.heed(waitsAt('NetBoot>'))
  typist.heed(waitsAt('NetBoot>'))
  expect(typed).toEqual(['one\n', 'two\n'])
})

it('waits where the target asks for something else, or says something', () => {
  const { typed, typist, sitDown } = typistFor('one')
  sitDown()
  typist.heed(waitsAt('No bootp server found for any interface!  Try again? [n]'))
  typist.heed({ type: 'console-line', client, line: 'NetBoot>' })
  expect(typed).toEqual([])
})

it('types what was waited for before there was a keyboard', () => {
  const { typed, typist, sitDown } = typistFor('one')
  typist.heed(waitsAt('NetBoot>'))
  sitDown()
  expect(typed).toEqual(['one\n'])
})
