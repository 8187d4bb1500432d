import { markerOf } from '../../core/incident/cadence.js'
import { toldKey, type Book } from '../../core/incident/incident.js'
import { currentCard, type Wanted } from '../../core/incident/owed.js'
import type { Live } from '../../core/watch/live.js'
import type { AlertMessage, MessageRef } from '../../ports/alertChannel.js'
import type { EvidenceStore } from '../../ports/evidence.js'
import type { Log } from '../../ports/log.js'

type Deps = {
  readonly evidence: EvidenceStore
  readonly log: Log
  readonly liveOf: (server: string) => Live | undefined
  readonly degraded: () => readonly string[]
}

/** A wanted message as it should stand now: with the latest numbers, and with links to the messages around it. */
export async function alertMessageOf(deps: Deps, book: Book, one: Wanted): Promise<AlertMessage> {
  const refOf = (key: string): MessageRef | undefined => book.told.get(toldKey(one.incident, key))
  const marker = markerOf(one.incident, one.key)
  const { message } = one
  switch (message.kind) {
    case 'card':
      return {
        kind: 'card',
        incident: message.incident,
        live: message.incident.resolved === undefined ? deps.liveOf(message.incident.server) : undefined,
        degraded: message.incident.resolved === undefined ? deps.degraded() : [],
        previous: message.n > 1 ? refOf(`card:${message.n - 1}`) : undefined,
        threadId: refOf('thread')?.messageId,
        marker,
      }
    case 'replaced card':
      return {
        kind: 'replaced card',
        incident: message.incident,
        next: refOf(`card:${currentCard(book, one.incident)}`),
        marker,
      }
    case 'page':
      return {
        kind: 'page',
        incident: message.incident,
        n: message.n,
        card: refOf(`card:${currentCard(book, one.incident)}`),
        marker,
      }
    case 'evidence':
      return { kind: 'evidence', incident: message.incident, file: await evidenceFile(deps, one), marker }
    case 'outcome':
      return { kind: 'outcome', act: message.act, incident: message.incident, marker }
  }
}

async function evidenceFile(
  deps: Deps,
  one: Wanted,
): Promise<{ readonly name: string; readonly text: string } | undefined> {
  const taken = one.message.kind === 'evidence' ? one.message.incident.evidence : undefined
  if (taken?.type !== 'evidence.taken' || one.told !== undefined) return undefined
  try {
    return { name: `evidence-${one.incident}.json`, text: await deps.evidence.load(taken.file) }
  } catch (error) {
    deps.log.warn({ err: error, incident: one.incident }, 'evidence file cannot be read: posted without it')
    return undefined
  }
}
