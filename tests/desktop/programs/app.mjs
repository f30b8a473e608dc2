/**
 * The desktop app inside a computer of the lab, where no test can reach it by itself: takes calls of `window.bootwire` as
 * JSON lines `{ name, parameters }`, and reports their outcome and every event. Its parameter is what to start, in JSON.
 */
import { createInterface } from 'node:readline'
import { _electron as electron } from 'playwright'

const report = (line) => process.stdout.write(`${JSON.stringify(line)}\n`)

const app = await electron.launch(JSON.parse(process.argv[2]))
const page = await app.firstWindow()
await page.exposeFunction('tell', (events) => events.forEach((event) => report({ event })))
await page.waitForFunction('window.bootwire !== undefined')
await page.evaluate('void window.bootwire.onEvents((events) => window.tell(events))')
report({ ready: true })

const input = createInterface({ input: process.stdin })
input.on('line', (line) => {
  const { name, parameters } = JSON.parse(line)
  const call = `window.bootwire.${name}(...${JSON.stringify(parameters)})`
  void page
    .evaluate(`${call}.then((result) => ({ result: result ?? null }), (failure) => ({ failure }))`)
    .then((outcome) => report({ name, ...outcome }))
})
input.on('close', () => void app.close())
