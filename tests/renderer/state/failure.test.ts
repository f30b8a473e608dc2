import { expect, it } from 'vitest'
import { failureOf, splitRemedy } from '../../../renderer/state/failure.ts'

it('keeps what a rejected call tells, and says something for whatever else is thrown', () => {
  const failure = { code: 'port-taken', message: 'dnsmasq has port 67.', remedies: ['Stop it.'] }
  expect(failureOf(failure)).toEqual(failure)
  expect(failureOf(new Error('gone'))).toEqual({ code: 'failed', message: 'gone', remedies: [] })
  expect(failureOf(undefined).message).not.toBe('')
})

it('tells what is missing from where it comes from', () => {
  expect(splitRemedy('boot0: Take it from the package: any will do.')).toEqual({
    what: 'boot0',
    how: 'Take it from the package: any will do.',
  })
  expect(splitRemedy('Plug it in.')).toEqual({ how: 'Plug it in.' })
})
