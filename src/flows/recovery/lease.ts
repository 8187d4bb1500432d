import type { LeaseStore, OpenRun, RunClock, RunLease } from '../../ports/recoveryRun.js'

/** How long a Lease that nobody renews is respected, by the clock of whoever wants it. */
export const LEASE_MS = 30_000
/** The holder stops acting this long before: room for a request that is slow on its way. */
const MARGIN_MS = 12_000
/** No answer is waited for longer than this, so that an effect ends within the margin. */
export const ANSWER_MS = 8_000
const TRIES = 4
const RETRY_MS = 1_000

/** Who wants it. `process` is new at every start: a stopped process that wakes up is not its successor. */
export type Holder = { readonly installation: string; readonly process: string }

export type HeldLease = {
  readonly fencing: number
  /** Milliseconds during which acting is allowed, from now, by the monotonic clock. Asks nobody. */
  leftMs(): number
  /** Another executor has taken it: it does not come back. */
  isLost(): boolean
  /** Writes the record and renews. False: somebody else has written, or nothing was confirmed; do not act. */
  record(open: OpenRun | undefined): Promise<boolean>
  /** Gives the Lease up. The record stays as it was last written: an open run stays open. */
  release(): Promise<void>
}

export type Taken =
  | { readonly kind: 'taken'; readonly lease: HeldLease }
  | { readonly kind: 'held'; readonly by: string }
  | { readonly kind: 'unreadable' }

type LeaseDeps = { readonly store: LeaseStore; readonly clock: RunClock; readonly holder: Holder }

/**
 * Takes a Lease that is free, or that was seen unchanged for its whole length: another's clock is never compared with
 * ours. `seen` is what the caller decided on; when the Lease has changed since, it is not taken.
 */
export async function takeLease(deps: LeaseDeps, seen: RunLease): Promise<Taken> {
  const { store, clock, holder } = deps
  if (seen.holder !== '') {
    await clock.sleep(LEASE_MS)
    const again = await store.read()
    if (again === 'unreadable') return { kind: 'unreadable' }
    if (again.version !== seen.version) return { kind: 'held', by: again.holder }
  }
  const held = holding(deps, seen, seen.fencing + 1)
  return (await held.record(seen.open)) ? { kind: 'taken', lease: held } : { kind: 'held', by: holder.process }
}

function holding(deps: LeaseDeps, from: RunLease, fencing: number): HeldLease {
  const { store, clock, holder } = deps
  let version = from.version
  let open = from.open
  let renewal = 0
  let isLost = false
  let untilMs = -Infinity

  const write = async (wanted: Omit<RunLease, 'version' | 'renewal'>): Promise<boolean> => {
    renewal += 1
    const next = { ...wanted, renewal }
    for (let tries = 0; tries < TRIES && !isLost; tries += 1) {
      // Counted from before the question: the answer may have been long on its way.
      const askedMs = clock.elapsedMs()
      const answer = await store.write(next, version)
      const settled = typeof answer === 'string' ? await store.read() : answer
      if (settled !== 'unreadable') {
        if (isWritten(settled, next)) {
          version = settled.version
          open = next.open
          untilMs = Math.max(untilMs, askedMs + LEASE_MS - MARGIN_MS)
          return true
        }
        // Not ours and not what it was: whoever wrote it has it now. Unchanged: ours may still be under way; a second
        // one with the same precondition can only land instead of it. Ours of before, landed late: write over that.
        if (settled.holder === next.holder && settled.fencing === fencing) version = settled.version
        else isLost = settled.version !== version
      }
      if (!isLost) await clock.sleep(RETRY_MS)
    }
    return false
  }

  return {
    fencing,
    leftMs: () => (isLost ? 0 : Math.max(0, untilMs - clock.elapsedMs())),
    isLost: () => isLost,
    record: (next) => write(leaseOf(holder, fencing, next)),
    async release() {
      if (isLost) return
      await write({ ...leaseOf(holder, fencing, open), holder: '' })
      isLost = true
    },
  }
}

function leaseOf(holder: Holder, fencing: number, open: OpenRun | undefined): Omit<RunLease, 'version' | 'renewal'> {
  return {
    holder: `${holder.installation}/${holder.process}`,
    installation: holder.installation,
    fencing,
    ...(open === undefined ? {} : { open }),
  }
}

function isWritten(found: RunLease, wanted: Omit<RunLease, 'version'>): boolean {
  return found.holder === wanted.holder && found.fencing === wanted.fencing && found.renewal === wanted.renewal
}
