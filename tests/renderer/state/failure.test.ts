import { expect, it } from 'vitest'
import { RemedyAction } from '../../../electron/api/contract.ts'
import { failureOf, remediesOf, splitRemedy } from '../../../renderer/state/failure.ts'

it('keeps what a rejected call tells, and says something for whatever else is thrown', () => {
  const failure = { code: 'port-taken', message: 'dnsmasq has port 67.', remedies: ['Stop it.'] }
  expect(failureOf(failure)).toEqual(failure)
  expect(failureOf(new Error('gone'))).toEqual({ code: 'failed', message: 'gone', remedies: [] })
  expect(failureOf(undefined).message).not.toBe('')
})

it('tells a way out that the page takes itself by its button alone, and in words where it has none', () => {
  const failure = { code: 'x', message: 'x', remedies: ['Stop it.', { action: 'answer-beside' } as const] }
  expect(remediesOf(failure)).toEqual(['Stop it.', expect.stringMatching(/beside/)])
  const way = { action: 'answer-beside', title: 'Answer beside it', take: () => {} } as const
  expect(remediesOf(failure, [way])).toEqual(['Stop it.'])
})

it.each(RemedyAction.options.map(({ shape }) => shape.action.value))(
  'has words of its own for the way out "%s", and no option of the command line',
  (action) => {
    const remedy = RemedyAction.parse({ action, address: '10.77.0.1/24', protocol: 'UDP', port: 67 })
    const [words] = remediesOf({ code: 'x', message: 'x', remedies: [remedy] })
    expect(words).toMatch(/^[A-Z].*\.$/)
    expect(words).not.toMatch(/(^|\s)--?[a-z]/)
  },
)

it('tells what is missing from where it comes from', () => {
  expect(splitRemedy('boot0: Take it from the package: any will do.')).toEqual({
    what: 'boot0',
    how: 'Take it from the package: any will do.',
  })
  expect(splitRemedy('Plug it in.')).toEqual({ how: 'Plug it in.' })
})
