import { toldKey, type Act, type Book, type Incident, type ToldMessage } from './incident.js'

/** One message that ought to stand in Discord. What it says is rendered elsewhere; whether it stands is decided by hash. */
export type Wanted = {
  /** The incident's id, or the preview's for a termination outside any incident. */
  readonly incident: string
  readonly key: string
  readonly message: WantedMessage
  /** Epoch ms of the event that made it owed. */
  readonly since: number
  readonly told: ToldMessage | undefined
}

export type WantedMessage =
  | { readonly kind: 'card'; readonly incident: Incident; readonly n: number }
  /** A card that was replaced: it only points to its successor from now on. */
  | { readonly kind: 'replaced card'; readonly incident: Incident; readonly n: number }
  | { readonly kind: 'page'; readonly incident: Incident; readonly n: number }
  | { readonly kind: 'evidence'; readonly incident: Incident }
  | { readonly kind: 'outcome'; readonly act: Act; readonly incident: Incident | undefined }

/** Why a card got a successor; the words stand in the journal as the reason of a `not told`. */
export const CARD_GONE = 'the message is gone'
export const CARD_EDITS_REFUSED = 'Discord refuses further edits'

/** The number of the incident's current card: one more than those that were given up. */
export function currentCard(book: Book, incident: string): number {
  let n = 1
  while (book.notTold.has(toldKey(incident, `card:${n}`))) n += 1
  return n
}

/**
 * Every message that this book wants in Discord, most urgent first: cards, pages, then what belongs into threads.
 * Messages that were dropped (`not told`) are not in it. An incident that ended longer than `keepMs` ago and was told
 * is not either; one whose end was never told stays in, however old.
 */
export function wanted(book: Book, now: number, keepMs: number): readonly Wanted[] {
  const incidents = [...book.incidents.values()].filter((incident) => isAlive(book, incident, now, keepMs))
  const cards = incidents.flatMap((incident) => cardsOf(book, incident))
  const pages = incidents.flatMap((incident) =>
    incident.pages.map((page, index) =>
      item(book, incident.id, `page:${index + 1}`, page.at, { kind: 'page', incident, n: index + 1 }),
    ),
  )
  const posts = incidents.flatMap((incident) => [
    ...(incident.evidence === undefined
      ? []
      : [
          item(book, incident.id, 'evidence', incident.evidence.at, {
            kind: 'evidence',
            incident,
          }),
        ]),
    ...incident.acts.flatMap((act) => outcome(book, act, incident, incident.id)),
  ])
  const loose = [...book.acts.values()]
    .filter((act) => act.previewed.incident === undefined || !book.incidents.has(act.previewed.incident))
    .filter((act) => act.finished !== undefined && now - act.finished.at <= keepMs)
    .flatMap((act) => outcome(book, act, undefined, act.previewed.preview))
  return [...cards, ...pages, ...posts, ...loose].filter(
    (one) => one.message.kind === 'replaced card' || !book.notTold.has(toldKey(one.incident, one.key)),
  )
}

/** Pages that were owed, not told, and are not needed any more: somebody has it in hand, or it is over. */
export function droppedPages(
  book: Book,
): readonly { readonly incident: string; readonly key: string; readonly because: string }[] {
  return [...book.incidents.values()].flatMap((incident) => {
    const ended = incident.resolved?.at ?? incident.acknowledged?.at
    if (ended === undefined) return []
    const because =
      incident.resolved === undefined
        ? 'it was acknowledged before the page could be sent'
        : 'it was over before the page could be sent'
    return incident.pages.flatMap((page, index) => {
      const key = `page:${index + 1}`
      const known = book.told.has(toldKey(incident.id, key)) || book.notTold.has(toldKey(incident.id, key))
      return known || page.at > ended ? [] : [{ incident: incident.id, key, because }]
    })
  })
}

function isAlive(book: Book, incident: Incident, now: number, keepMs: number): boolean {
  if (incident.resolved === undefined || now - incident.resolved.at <= keepMs) return true
  const told = book.told.get(toldKey(incident.id, `card:${currentCard(book, incident.id)}`))
  return told === undefined || told.at < incident.resolved.at
}

function cardsOf(book: Book, incident: Incident): readonly Wanted[] {
  const current = currentCard(book, incident.id)
  const since = incident.openedAt
  const replaced = Array.from({ length: current - 1 }, (_, index) => index + 1)
    .filter((n) => book.notTold.get(toldKey(incident.id, `card:${n}`)) === CARD_EDITS_REFUSED)
    .map((n) => item(book, incident.id, `card:${n}`, since, { kind: 'replaced card', incident, n }))
  return [item(book, incident.id, `card:${current}`, since, { kind: 'card', incident, n: current }), ...replaced]
}

function outcome(book: Book, act: Act, incident: Incident | undefined, id: string): readonly Wanted[] {
  if (act.finished === undefined) return []
  return [item(book, id, `act:${act.previewed.preview}`, act.finished.at, { kind: 'outcome', act, incident })]
}

function item(book: Book, incident: string, key: string, since: number, message: WantedMessage): Wanted {
  return { incident, key, message, since, told: book.told.get(toldKey(incident, key)) }
}
