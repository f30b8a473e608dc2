/** Builds an image of a folder in a process of its own, and tells how much memory that took at most, in bytes. */
import { buildImage } from '../../../electron/library/images/build.ts'
import { folderEntries } from '../../../electron/library/images/folder.ts'

const [folder = '', output = ''] = process.argv.slice(2)
const entries = folderEntries(folder)
await buildImage({ output, entries, volume: { name: 'Bench' }, disk: { scheme: 'mbr' } })
console.log(process.resourceUsage().maxRSS * 1024)
