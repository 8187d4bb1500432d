import { fieldsOf } from '../limits/issue.js'
import type { WireEntry } from '../record.js'
import type { World } from '../world/state.js'

/** One line of the wire log as the page lists it; the whole entry is asked for by `n`. */
export type WireRow = {
  readonly n: number
  readonly atMs: number
  readonly kind: WireEntry['kind']
  /** "POST #incidents/messages", "INTERACTION_CREATE", "resumed, 2 events replayed" */
  readonly what: string
  /** Of a request; absent when it was left without an answer. */
  readonly status?: number
  readonly tookMs?: number
  /** Refused, broken, or left without an answer. */
  readonly isRefused: boolean
  /** Why, when it was refused. */
  readonly because?: string
  /** A fault that was switched on did it. */
  readonly isFault: boolean
}

export function wireRow(world: World, entry: WireEntry): WireRow {
  const { n, atMs, kind } = entry
  switch (entry.kind) {
    case 'dispatch':
      return { n, atMs, kind, what: entry.event, isRefused: false, isFault: false }
    case 'gateway': {
      const because = entry.problem?.message
      return {
        n,
        atMs,
        kind,
        what: entry.note,
        isRefused: because !== undefined,
        isFault: false,
        ...(because === undefined ? {} : { because }),
      }
    }
    case 'rest': {
      const isRefused = entry.status === undefined || entry.status >= 400 || entry.problem !== undefined
      return {
        n,
        atMs,
        kind,
        what: `${entry.method} ${readable(world, entry.path)}`,
        tookMs: Math.round(entry.tookMs),
        isRefused,
        isFault: entry.fault !== undefined,
        ...(entry.status === undefined ? {} : { status: entry.status }),
        ...(isRefused ? { because: reason(entry) } : {}),
      }
    }
  }
}

function reason(entry: Extract<WireEntry, { kind: 'rest' }>): string {
  if (entry.status === undefined) return 'no answer'
  const { message, code } = fieldsOf(entry.response)
  const words = entry.problem?.message ?? (typeof message === 'string' ? message : 'refused')
  const where = entry.problem?.issues?.find(({ path }) => path.length > 0)
  return [
    words,
    typeof code === 'number' && code > 0 ? ` (${code})` : '',
    where === undefined ? '' : `: ${where.path.join('.')}: ${where.message}`,
  ].join('')
}

/** Between an ellipsis and what follows, where a line would otherwise break. */
const JOINER = '\u2060'

/** Ids become names where they have one, else their last digits; tokens are left out. */
function readable(world: World, path: string): string {
  return path
    .replace(/^(\/(?:interactions|webhooks)\/\d+)\/[^/]+/, '$1/…')
    .replace(/^\/channels\/(\d{17,20})/, (whole, id: string) => {
      const channel = world.channels.get(id)
      return channel === undefined ? whole : `${channel.kind === 'text' ? '#' : '↳'}${channel.name}`
    })
    .replace('%40', '@')
    .replaceAll(world.guild.id, 'guild')
    .replaceAll(world.botId, 'bot')
    .replaceAll(/\d{17,20}/g, (id) => `…${JOINER}${id.slice(-4)}`)
}
