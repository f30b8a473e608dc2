/** The one gate of the page: what it asks and what it listens to, by a channel for each name of the contract. */
import { ipcMain, type IpcMainInvokeEvent, type WebContents } from 'electron'
import { z } from 'zod'
import type { Backend } from '../api/backend.ts'
import { requestParameters } from '../api/requests.ts'
import { APP_ORIGIN } from './assets.ts'

const Subscription = z.int().positive()
const Listen = z.tuple([z.enum(['events', 'service-state', 'import-progress']), Subscription])
const Unlisten = z.tuple([Subscription])

/** How the page is kept told, by the number that its preload script gave to a listener. */
type Subscriptions = Map<number, () => void>

/**
 * Answers the page's requests and tells it what it listens to. Only the top frame of our own page is answered; its
 * parameters are checked by the contract's schemas.
 */
export function openGate(backend: Backend): void {
  for (const name of Object.keys(requestParameters))
    handle(`bootwire:${name}`, (_event, ...parameters) => backend.answer(name, parameters))

  const listeners = new Map<WebContents, Subscriptions>()
  const subscriptionsOf = (sender: WebContents): Subscriptions => {
    const known = listeners.get(sender)
    if (known !== undefined) return known
    const subscriptions: Subscriptions = new Map()
    listeners.set(sender, subscriptions)
    const forget = () => {
      for (const stop of subscriptions.values()) stop()
      subscriptions.clear()
    }
    // A page that is loaded again listens anew.
    sender.on('did-navigate', forget)
    sender.once('destroyed', () => {
      forget()
      listeners.delete(sender)
    })
    return subscriptions
  }
  handle('bootwire:listen', ({ sender }, ...parameters) => {
    const [topic, subscription] = Listen.parse(parameters)
    const tell = (news: unknown) => {
      if (!sender.isDestroyed()) sender.send('bootwire:told', subscription, news)
    }
    const subscriptions = subscriptionsOf(sender)
    subscriptions.get(subscription)?.()
    subscriptions.set(subscription, backend.listen(topic, tell))
  })
  handle('bootwire:unlisten', ({ sender }, ...parameters) => {
    const [subscription] = Unlisten.parse(parameters)
    const subscriptions = subscriptionsOf(sender)
    subscriptions.get(subscription)?.()
    subscriptions.delete(subscription)
  })
}

function handle(
  channel: `bootwire:${string}`,
  handler: (event: IpcMainInvokeEvent, ...parameters: unknown[]) => unknown,
): void {
  ipcMain.handle(channel, (event, ...parameters: unknown[]) => {
    if (!isOurPage(event)) throw new Error(`${channel} was called by a page that is not Bootwire's own.`)
    return handler(event, ...parameters)
  })
}

function isOurPage({ senderFrame }: IpcMainInvokeEvent): boolean {
  return senderFrame !== null && senderFrame.parent === null && senderFrame.origin === APP_ORIGIN
}
