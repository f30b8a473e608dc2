/**
 * `npm start`, `npm test` and `npm run bench` begin here, on a computer that may have nothing but Node and npm.
 * Plain Node without packages, in words that an old Node still understands, so that it can say that it is old.
 */
import { fileURLToPath } from 'node:url'
import { readFileSync } from 'node:fs'

const root = fileURLToPath(new URL('..', import.meta.url))
const wanted = /\d+(\.\d+)*/.exec(JSON.parse(readFileSync(root + 'package.json', 'utf8')).engines.node)[0]

if (isOlder(process.versions.node, wanted)) {
  console.error(
    `Bootwire needs Node ${wanted} or later, and this is Node ${process.versions.node}.\n` +
      'Get a current one from https://nodejs.org/en/download or with a version manager such as nvm or fnm.',
  )
  process.exit(1)
}

process.chdir(root)
import('./commands.mjs')
  .then(({ run }) => run(process.argv[2], process.argv.slice(3)))
  .then(
    (status) => (process.exitCode = status),
    (error) => {
      console.error(error.name === 'StepError' ? error.message : error)
      process.exitCode = 1
    },
  )

/** @param {string} version @param {string} minimum */
function isOlder(version, minimum) {
  const [have, need] = [version, minimum].map((text) => text.split('.').map(Number))
  for (let index = 0; index < need.length; index += 1) {
    if (have[index] !== need[index]) return have[index] < need[index]
  }
  return false
}
