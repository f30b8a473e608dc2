import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Company } from '../../../electron/servers/rpc/company.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

it('is had by whoever is not alone at work', () => {
  const company = new Company()
  const [one, other] = [{}, {}]
  company.heard(one)
  company.heard(one)
  expect(company.hasOthersThan(one)).toBe(false)
  company.heard(other)
  expect(company.hasOthersThan(one)).toBe(true)
  expect(company.hasOthersThan(other)).toBe(true)
  vi.advanceTimersByTime(1000)
  company.heard(one)
  expect(company.hasOthersThan(one)).toBe(false)
})
