import { expect, it } from 'vitest'
import { Journal } from '../../electron/service/journal.ts'

const notice = (text: string) => ({ type: 'notice', level: 'info', text }) as const

it('stamps events in the order in which they came, keeps them and tells those who listen', () => {
  const journal = new Journal()
  const heard: string[] = []
  const stop = journal.onEvent((event) => event.type === 'notice' && heard.push(event.text))
  const start = Date.now()
  journal.record(notice('one'))
  journal.record(notice('two'))
  stop()
  journal.record(notice('three'))
  expect(heard).toEqual(['one', 'two'])
  const times = journal.events.map(({ at }) => at)
  expect(times).toEqual([...times].sort())
  expect(Math.abs(times[0]! - start)).toBeLessThan(1000)
})

it('forgets the oldest events of a flood, and never the newest', () => {
  const journal = new Journal()
  for (let count = 0; count < 50_000; count++) journal.record(notice(String(count)))
  expect(journal.events.length).toBeLessThanOrEqual(10_000)
  expect(journal.events.at(-1)).toMatchObject({ text: '49999' })
})
