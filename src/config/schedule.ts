import type { Parser } from './value.js'

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

type Field = { readonly least: number; readonly most: number; readonly names?: readonly string[] }

const SECOND: Field = { least: 0, most: 59 }
const MINUTE: Field = { least: 0, most: 59 }
const HOUR: Field = { least: 0, most: 23 }
const CALENDAR: readonly Field[] = [
  { least: 1, most: 31 },
  { least: 1, most: 12, names: MONTHS },
  { least: 0, most: 7, names: DAYS },
]
const FIELDS = [SECOND, MINUTE, HOUR, ...CALENDAR]

/** The part of cron's language that every scheduler reads alike: star, numbers, ranges, steps and lists. */
export const schedule: Parser<string> = {
  what: 'six cron fields, seconds first, such as */5 * * * * *',
  parse: (text) => {
    const parts = text.split(/\s+/)
    const isKnown = parts.length === FIELDS.length && parts.every((part, i) => valuesOf(part, FIELDS[i]) !== undefined)
    return isKnown ? parts.join(' ') : undefined
  },
}

/**
 * The longest pause between two ticks of a schedule, in ms, as far as it repeats within a day; `undefined` for a
 * schedule that leaves out whole days, or that is none.
 */
export function longestPauseMs(text: string): number | undefined {
  const [seconds, minutes, hours, ...calendar] = text.split(/\s+/)
  if (calendar.length !== CALENDAR.length || calendar.some((part) => part !== '*')) return undefined
  const [inMinute, inHour, inDay] = [valuesOf(seconds, SECOND), valuesOf(minutes, MINUTE), valuesOf(hours, HOUR)]
  if (inMinute === undefined || inHour === undefined || inDay === undefined) return undefined
  const ticks = sorted(inDay).flatMap((hour) =>
    sorted(inHour).flatMap((minute) => sorted(inMinute).map((second) => (hour * 60 + minute) * 60 + second)),
  )
  const nextDay = (ticks[0] ?? 0) + 86_400
  return 1000 * ticks.reduce((longest, tick, i) => Math.max(longest, (ticks[i + 1] ?? nextDay) - tick), 0)
}

/** The values a cron field stands for; `undefined` when it is not one. */
function valuesOf(part: string | undefined, field: Field | undefined): ReadonlySet<number> | undefined {
  if (part === undefined || field === undefined) return undefined
  const ranges = part.split(',').map((item) => rangeOf(item, field))
  const known = ranges.filter((range) => range !== undefined)
  return known.length === ranges.length ? new Set(known.flat()) : undefined
}

function rangeOf(item: string, field: Field): readonly number[] | undefined {
  const [, all, first, last, every] = /^(?:(\*)|(\w+)(?:-(\w+))?)(?:\/(\d{1,2}))?$/.exec(item) ?? []
  const start = all === undefined ? numberOf(first, field) : field.least
  const end = all === undefined ? (last === undefined ? start : numberOf(last, field)) : field.most
  const step = every === undefined ? 1 : Number(every)
  // `5/10` is read by some schedulers and refused by others, so it is refused here.
  const isStepOfOne = every !== undefined && all === undefined && last === undefined
  if (start === undefined || end === undefined || start > end || isStepOfOne) return undefined
  if (step < 1 || step > field.most) return undefined
  return Array.from({ length: Math.floor((end - start) / step) + 1 }, (_, index) => start + index * step)
}

function numberOf(text: string | undefined, field: Field): number | undefined {
  if (text === undefined) return undefined
  const named = field.names?.indexOf(text.toLowerCase()) ?? -1
  const number = named >= 0 ? named + field.least : /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN
  return number >= field.least && number <= field.most ? number : undefined
}

function sorted(values: ReadonlySet<number>): readonly number[] {
  return [...values].sort((a, b) => a - b)
}
