import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Coverage } from '../../../electron/servers/nfs/coverage.ts'

test('counts every byte once, in whatever order and however often it is read', () => {
  const stretch = fc.tuple(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 1, max: 40 }))
  fc.assert(
    fc.property(fc.array(stretch, { maxLength: 40 }), (stretches) => {
      const coverage = new Coverage()
      const bytes = new Set<number>()
      for (const [start, length] of stretches) {
        coverage.add(start, start + length)
        for (let at = start; at < start + length; at += 1) bytes.add(at)
      }
      expect(coverage.bytes).toBe(bytes.size)
    }),
  )
})

test('stays small when a file is read in thousands of separate pieces, and ends at its size', () => {
  const coverage = new Coverage()
  for (let at = 0; at < 10_000; at += 2) coverage.add(at, at + 1)
  for (let at = 1; at < 10_000; at += 2) coverage.add(at, at + 1)
  expect(coverage.bytes).toBe(10_000)
})
