import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { keptFiles } from '../../electron/service/keeping.ts'

const folder = mkdtempSync(join(tmpdir(), 'bootwire-keeping-'))
afterAll(() => rmSync(folder, { recursive: true }))

it('makes room for a session: of those before, the last four stay, each with all that it kept', async () => {
  for (const day of [1, 2, 3, 4, 5, 6])
    for (const ending of ['jsonl', 'pcapng', '2.pcapng'])
      writeFileSync(join(folder, `2024-01-0${day}-9.${ending}`), '')
  const { journal, capture } = await keptFiles(folder)
  expect([journal, capture].every((path) => path.startsWith(folder))).toBe(true)
  expect(readdirSync(folder).sort()).toEqual(
    [3, 4, 5, 6].flatMap((day) =>
      ['2.pcapng', 'jsonl', 'pcapng'].map((ending) => `2024-01-0${day}-9.${ending}`),
    ),
  )
})
