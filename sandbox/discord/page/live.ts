import type { IncomingMessage, ServerResponse } from 'node:http'
import { pageView, type Stage } from './view.js'
import { wireRow } from './wireRow.js'

/** Changes close together are sent as one. */
const TOGETHER_MS = 40
const FIRST_ROWS = 300

/**
 * Server-sent events for one reader: the view (an event without a name) at once and whenever something of it changed,
 * and `wire` with the new rows of the wire log (the last 300 at first), each with the sandbox's time as `nowMs`.
 */
export async function live(
  stage: Stage,
  as: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { world, controls } = stage
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  const send = (head: string, data: object) =>
    response.write(`${head}data: ${JSON.stringify({ nowMs: world.clock.now(), ...data })}\n\n`)

  let shown: string | undefined
  let sentRows: number | undefined
  const push = () => {
    const view = pageView(stage, as)
    // The clock's lead is part of what is shown: time itself would make every view a new one.
    const text = JSON.stringify([view, Math.round((world.clock.now() - Date.now()) / 1_000)])
    if (text !== shown) send('', view)
    shown = text
    const entries = controls.wire.entries()
    const isFirst = sentRows === undefined
    const fresh = entries.slice(sentRows ?? Math.max(0, entries.length - FIRST_ROWS))
    sentRows = entries.length
    if (isFirst || fresh.length > 0)
      send('event: wire\n', { isFirst, rows: fresh.map((entry) => wireRow(world, entry)) })
  }

  push()
  let pending: NodeJS.Timeout | undefined
  const stop = world.watch(() => {
    pending ??= setTimeout(() => {
      pending = undefined
      push()
    }, TOGETHER_MS)
  })
  request.on('close', () => {
    stop()
    clearTimeout(pending)
  })
}
