import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { chains } from '../../electron/chains/index.ts'
import { describeRemedy as inTerminal } from '../../electron/cli/remedies.ts'
import { StartOptions } from '../../electron/service/commands.ts'
import { failureOf } from '../../electron/service/failure.ts'
import { reviewSession } from '../../electron/service/review.ts'
import { describeRemedy as inPage } from '../../renderer/state/remedies.ts'

// What was built is beside the bundle, not beside the source.
vi.mock('../../electron/service/resources.ts', async (original) =>
  Object.fromEntries(
    Object.entries(await original<Record<string, string>>()).map(([name, path]) => [
      name,
      path.replace('/electron/target/', '/dist/target/'),
    ]),
  ),
)

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bootwire-remedies-'))
  await writeFile(join(folder, 'junk'), 'nothing that boots')
})
afterAll(() => rm(folder, { recursive: true }))

const ways = chains.flatMap(({ id, profiles }) =>
  (profiles.length === 0 ? [undefined] : profiles.map((profile) => profile.id)).map((profile) => ({
    id,
    ...(profile === undefined ? {} : { profile }),
  })),
)

/** What is wrong with a choice, each in a way of its own. */
const mistakes: Record<string, (at: (name: string) => string) => object> = {
  'with nothing': () => ({}),
  'with junk': (at) => ({ imports: [at('junk')] }),
  'with a file that is gone': (at) => ({ imports: [at('gone')] }),
  'with a kernel that is none': (at) => ({ kernel: at('junk') }),
  'with a folder that is gone': (at) => ({ folder: at('gone') }),
  'with a file for a folder': (at) => ({ folder: at('junk') }),
  'with a module that is gone': (at) => ({ modules: [{ path: at('gone'), arguments: '' }] }),
  'with loaders from nowhere': (at) => ({ loaderFolders: [at('gone')] }),
  'with a version that is none': () => ({ darwin: 'twelve' }),
}

describe.each(ways)('the ways out when a session by $id $profile is planned wrongly', (way) => {
  it.each(Object.keys(mistakes))(
    '%s are told in the page without options of the command line',
    async (mistake) => {
      const chain = { ...way, ...mistakes[mistake]!((name) => join(folder, name)) }
      const options = StartOptions.parse({ link: { kind: 'wire' }, dhcp: {}, chain })
      const failure = await reviewSession(options, () => {}).then(() => undefined, failureOf)
      // Some chains need nothing of the user's.
      if (failure === undefined) return
      expect(failure.remedies).not.toEqual([])
      for (const words of [failure.message, ...failure.remedies.map(inPage)])
        expect(words).not.toMatch(/(^|\s)--?[a-z]/)
      // The same data, and a terminal's words for it.
      expect(failure.remedies.map(inTerminal).every((words) => words.length > 0)).toBe(true)
    },
  )
})

it('names the options of the command line in a terminal', () => {
  expect(inTerminal({ action: 'give-address', address: '10.77.0.1/24' })).toContain('--address 10.77.0.1/24')
  expect(inTerminal({ action: 'answer-beside' })).toContain('--dhcp proxy')
  expect(inTerminal({ action: 'answer-anyway' })).toContain('--force')
  expect(inTerminal({ action: 'run-as-owner' })).toContain('--user')
})
