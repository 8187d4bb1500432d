import { createTask, type TaskContext, validateDetailed } from 'node-cron'
import { UserError } from '../../core/errors.js'
import type { Log } from '../../ports/log.js'
import type { Gaps, Schedule } from '../../ports/schedule.js'

/**
 * Each schedule is a task and a timer of its own, so that a slow one delays no other. The timers keep the process
 * alive (no `unref`): with Discord's gateway lost they may be all that is left of the watch.
 *
 * A slot up to a second late still runs; one later than that is missed, and not made up for.
 */
export function cron(log: Log): Schedule {
  return {
    every(expression, name, run) {
      refuseBadExpression(expression, name)
      let gaps: Gaps = { missed: 0, overlapped: 0 }
      const task = createTask(
        expression,
        async () => {
          try {
            await run()
          } catch (error) {
            log.error({ schedule: name, err: error }, 'a scheduled run failed')
          }
        },
        { name, noOverlap: true, suppressMissedWarning: true, logger: forwardingTo(log, name) },
      )
      task.on('execution:missed', ({ date }: TaskContext) => {
        gaps = { ...gaps, missed: gaps.missed + 1, lastAt: date.getTime() }
        log.warn({ schedule: name, slot: date.toISOString() }, 'a scheduled run was missed')
      })
      task.on('execution:overlap', ({ date }: TaskContext) => {
        gaps = { ...gaps, overlapped: gaps.overlapped + 1, lastAt: date.getTime() }
        log.debug({ schedule: name, slot: date.toISOString() }, 'a scheduled run was left out, the last still runs')
      })
      void task.start()
      return {
        stop: () => void task.destroy(), // also takes it out of the package's own list
        gaps: () => gaps,
      }
    },
  }
}

// The package adds the seconds by itself to five fields, and then runs once a minute instead of every second.
function refuseBadExpression(expression: string, name: string): void {
  const { errors } = validateDetailed(expression)
  const fields = expression.trim().split(/\s+/).length
  if (errors.length === 0 && fields === 6) return
  const because = fields === 6 ? errors.map((error) => error.message).join('; ') : `it has ${fields} of six fields`
  throw new UserError(
    `The schedule "${expression}" of ${name} is not valid: ${because}. ` +
      'Write six cron fields, seconds first: "*/5 * * * * *" is every five seconds.',
  )
}

// Without it the package writes to the console. Overlaps are told above, in our words.
function forwardingTo(log: Log, name: string): CronLogger {
  const forward = (message: string | Error, error?: Error): void => {
    log.error({ schedule: name, said: String(message), err: error ?? message }, 'the scheduler reported an error')
  }
  return { debug: () => undefined, info: () => undefined, warn: () => undefined, error: forward }
}

type CronLogger = {
  info(message: string): void
  warn(message: string): void
  error(message: string | Error, err?: Error): void
  debug(message: string | Error, err?: Error): void
}
