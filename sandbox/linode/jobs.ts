import type { SandboxClock } from '../discord/clock.js'
import type { EventRecord } from './records.js'

/** What happens to a job on purpose. */
export type JobFate =
  | { readonly kind: 'works' }
  | { readonly kind: 'fails'; readonly message: string }
  | { readonly kind: 'is canceled' }
  | { readonly kind: 'never ends' }

export type Job = {
  readonly action: EventRecord['action']
  readonly entity: EventRecord['entity']
  /** The volume and the Linode it keeps busy until it has ended. */
  readonly volumeId?: number
  readonly linodeId?: number
  readonly username: string
  /** From its start to its end. */
  readonly durationMs: number
  readonly fate: JobFate
  readonly onStart?: () => void
  /** What it was for; not called when it fails. */
  readonly onFinish: () => void
}

export type Jobs = {
  /** Answers with the event, scheduled. */
  readonly begin: (job: Job) => EventRecord
  readonly isBusy: (of: { readonly volumeId?: number; readonly linodeId?: number }) => boolean
  /** Oldest first. */
  readonly events: () => readonly EventRecord[]
}

/** Jobs that wait, run and end by the stand-in's clock, each with its event: scheduled, started, and how it ended. */
export function jobList(clock: SandboxClock, waitMs: number): Jobs {
  let made = 0
  let events: readonly EventRecord[] = []
  const running = new Set<Job>()
  const change = (id: number, patch: Partial<EventRecord>) => {
    events = events.map((event) => (event.id === id ? { ...event, ...patch } : event))
  }

  return {
    begin(job) {
      made += 1
      const { action, entity, username, fate } = job
      const event: EventRecord = {
        id: 900_000 + made,
        action,
        status: 'scheduled',
        entity,
        createdAt: clock.now(),
        username,
      }
      events = [...events, event]
      running.add(job)
      const end = (status: EventRecord['status'], message?: string) => {
        running.delete(job)
        change(event.id, { status, endedAt: clock.now(), ...(message === undefined ? {} : { message }) })
      }
      clock.after(waitMs, () => {
        if (fate.kind === 'is canceled') return end('canceled')
        change(event.id, { status: 'started' })
        job.onStart?.()
        if (fate.kind === 'never ends') return
        clock.after(job.durationMs, () => {
          if (fate.kind === 'fails') return end('failed', fate.message)
          job.onFinish()
          end('finished')
        })
      })
      return event
    },
    isBusy: ({ volumeId, linodeId }) =>
      [...running].some(
        (job) =>
          (volumeId !== undefined && job.volumeId === volumeId) ||
          (linodeId !== undefined && job.linodeId === linodeId),
      ),
    events: () => events,
  }
}
