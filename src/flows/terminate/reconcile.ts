import { survivors } from '../../core/terminate/outcome.js'
import type { Clock } from '../../ports/clock.js'
import type { Ledger } from '../ledger.js'
import type { WatchedServer } from '../watched.js'

/**
 * Closes acts that a restart cut in two: an intent without an outcome. What took place is read from the world, and
 * the record says that it was read afterwards. Does nothing until the server can be read; call it again then.
 */
export async function reconcileActs(
  deps: { readonly ledger: Ledger; readonly clock: Clock; readonly isUnderWay: (preview: string) => boolean },
  server: WatchedServer,
): Promise<void> {
  const { ledger, clock } = deps
  const isOpen = (id: string): boolean => {
    const act = ledger.book().acts.get(id)
    return act?.intended !== undefined && act.finished === undefined && !deps.isUnderWay(id)
  }
  for (const { previewed, intended } of ledger.book().acts.values()) {
    if (intended === undefined || previewed.server !== server.config.name || !isOpen(previewed.preview)) continue
    const read = await server.postgres.backends()
    if (read.kind === 'failed') return
    // Reading took its time: an act under way may have ended meanwhile, with an outcome better than this one.
    if (!isOpen(previewed.preview)) continue
    const victims = previewed.victims.filter((victim) => intended.pids.includes(victim.pid))
    const alive = survivors(victims, read.backends)
    await ledger.note([
      {
        v: 1,
        type: 'terminate.finished',
        preview: previewed.preview,
        server: previewed.server,
        ...(previewed.incident === undefined ? {} : { incident: previewed.incident }),
        by: intended.by,
        filter: previewed.filter,
        tookMs: clock.now() - intended.at,
        outcome: {
          gone: victims.length - alive.length,
          stillAlive: alive,
          alreadyGone: previewed.victims.length - victims.length,
          changed: 0,
          unknown: 'Lifeguard was restarted during the act; these counts were read afterwards',
        },
      },
    ])
  }
}
