import { toldKey } from '../../core/incident/incident.js'
import { currentCard } from '../../core/incident/owed.js'
import type { AlertChannel, Failed } from '../../ports/alertChannel.js'
import type { Ledger } from '../ledger.js'

/** The id of the incident's thread, started from its card when it has none. Undefined: there is no card yet. */
export async function threadOf(
  deps: { readonly ledger: Ledger; readonly channel: AlertChannel },
  id: string,
): Promise<string | Failed | undefined> {
  const { ledger, channel } = deps
  const book = ledger.book()
  const known = book.told.get(toldKey(id, 'thread'))
  if (known !== undefined) return known.messageId
  const card = book.told.get(toldKey(id, `card:${currentCard(book, id)}`))
  const incident = book.incidents.get(id)
  if (card === undefined || incident === undefined) return undefined
  const started = await channel.thread(card, `${incident.server} ${id}`)
  if (started.kind === 'failed') return started
  const { channelId } = card
  const { messageId } = started.ref
  await ledger.note([{ v: 1, type: 'told', incident: id, key: 'thread', channelId, messageId, hash: '' }])
  return messageId
}
