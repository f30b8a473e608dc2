import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { listFolders } from '../../electron/browser/folders.ts'

const folder = mkdtempSync(join(tmpdir(), 'bootwire-folders-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('the folders that browser mode tells its page', () => {
  it('are those in a folder, links to folders included, without files and hidden ones', async () => {
    for (const name of ['b', 'A', '.hidden']) mkdirSync(join(folder, name))
    writeFileSync(join(folder, 'file'), '')
    symlinkSync(join(folder, 'b'), join(folder, 'link'))
    symlinkSync(join(folder, 'file'), join(folder, 'link-to-file'))
    symlinkSync(join(folder, 'nothing'), join(folder, 'link-to-nothing'))
    expect(await listFolders(`${folder}/b/..`)).toEqual({
      path: folder,
      parent: dirname(folder),
      folders: ['A', 'b', 'link'],
    })
  })

  it("begin with those of this user's home", async () => {
    expect(await listFolders('')).toMatchObject({ path: homedir() })
    expect(await listFolders('/')).toMatchObject({ path: '/', parent: '/' })
  })

  it.each([
    ['nothing', /nothing is not there/],
    ['file', /file is a file and no folder/],
  ])('are refused of %s, with what to do', async (name, message) => {
    await expect(listFolders(join(folder, name))).rejects.toMatchObject({
      code: 'bad-choice',
      message: expect.stringMatching(message),
      remedies: [expect.any(String)],
    })
  })

  it('are told of whole paths only: a relative one would depend on where Bootwire was started', async () => {
    await expect(listFolders('exports')).rejects.toMatchObject({ code: 'bad-choice' })
  })
})
