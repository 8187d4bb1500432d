import { DependencyError } from '../../src/core/errors.js'
import type { LeaseStore, RunClock, RunJournal, RunLease, RunRecord } from '../../src/ports/recoveryRun.js'
import type { ManualClock } from './clock.js'

/** A Lease object as the API server keeps it: one version, compare-and-swap. */
export type LeaseObject = { lease: RunLease; fault: 'none' | 'answer lost' | 'request lost' | 'unreadable' }

export function leaseObject(): LeaseObject {
  return { lease: { version: '1', holder: '', installation: '', fencing: 0, renewal: 0 }, fault: 'none' }
}

export function fakeLeaseStore(on: LeaseObject): LeaseStore {
  return {
    read: () => Promise.resolve(on.fault === 'unreadable' ? 'unreadable' : on.lease),
    write(next, over) {
      if (on.fault === 'request lost' || on.fault === 'unreadable') return Promise.resolve('unknown')
      if (over !== on.lease.version) return Promise.resolve('refused')
      on.lease = { ...next, version: String(Number(over) + 1) }
      return Promise.resolve(on.fault === 'answer lost' ? 'unknown' : on.lease)
    },
  }
}

/** What is on the disk of one installation. `hung`: no answer, and nothing written. */
export type RunDisk = { records: readonly RunRecord[]; fault: 'none' | 'full' | 'hung' }

export function runDisk(): RunDisk {
  return { records: [], fault: 'none' }
}

export function fakeRunJournal(on: RunDisk): RunJournal {
  return {
    read: () => Promise.resolve(on.records),
    append(run, body, at) {
      if (on.fault === 'hung') return new Promise(() => undefined)
      if (on.fault === 'full') return Promise.reject(new DependencyError('journal', 'the disk is full'))
      const before = on.records.at(-1)
      const seq = (before?.seq ?? 0) + 1
      // Names the event and all before it, as the real chain does; two journals that part differ from there on.
      const record = { seq, at, run, body, hash: chained(before?.hash ?? '', `${seq} ${at} ${body.type}`) }
      on.records = [...on.records, record]
      return Promise.resolve(record)
    },
  }
}

/** FNV-1a, enough to tell two histories apart. */
function chained(before: string, text: string): string {
  let hash = 0x811c9dc5
  for (const char of before + text) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0
  return hash.toString(16)
}

/** Counts on when the wall clock is set back. */
export function runClock(clock: ManualClock, start = clock.now()): RunClock & { setBackMs(ms: number): void } {
  let setBackMs = 0
  return {
    now: () => clock.now() - setBackMs,
    sleep: (ms, signal) => clock.sleep(ms, signal),
    elapsedMs: () => clock.now() - start,
    setBackMs: (ms) => {
      setBackMs += ms
    },
  }
}
