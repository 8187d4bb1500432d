import type { VolumeEvent } from '../../core/recovery/linode.js'
import type { Clock } from '../../ports/clock.js'
import type { Secret } from '../../ports/config.js'
import type { Linode, Read, Written } from '../../ports/linode.js'
import { baseOf } from './address.js'
import { eventIn, instanceIn, isJsonObject, timeOf, volumeIn } from './bodies.js'
import { call, notLinode, type Answer, type Api, type Request } from './call.js'
import { readAll, readOne } from './read.js'
import { refused, unreachable } from './refusal.js'

export type LinodeSetup = {
  /** https://api.linode.com, or a stand-in's on loopback; the version is appended. */
  readonly base: string
  readonly token: Secret
  /** Of one request, its answer included. */
  readonly limitMs?: number
}

const LIMIT_MS = 10_000

/** Linode's API behind the port, by `fetch`. Throws UserError for a base that must not be given the token. */
export function linode({ base, token, limitMs = LIMIT_MS }: LinodeSetup, clock: Clock): Linode {
  const closing = new AbortController()
  const api: Api = { base: baseOf(base), token, clock, closing: closing.signal }
  const write = (request: Request, isDone: (json: unknown) => boolean, withinMs = limitMs): Promise<Written> =>
    written(api, request, isDone, Math.min(withinMs, limitMs))

  return {
    volume: (id) =>
      readOne(api, limitMs, get(`read volume ${id}`, `/volumes/${segment(id)}`), (json) => {
        const volume = volumeIn(json)
        return volume?.id === id ? volume : undefined
      }),
    instance: (id) =>
      readOne(api, limitMs, get(`read Linode ${id}`, `/linode/instances/${segment(id)}`), (json) => {
        const instance = instanceIn(json)
        return instance?.id === id ? instance : undefined
      }),
    attachedVolumes: (id) =>
      readAll(
        api,
        limitMs,
        get(`list the volumes of Linode ${id}`, `/linode/instances/${segment(id)}/volumes`),
        volumeIn,
      ),
    volumeEvents: (id, since) => volumeEvents(api, limitMs, id, since),
    attach: (volumeId, linodeId, withinMs) =>
      write(
        {
          ...post(`attach volume ${volumeId} to Linode ${linodeId}`, `/volumes/${segment(volumeId)}/attach`),
          body: { linode_id: Number(segment(linodeId)), persist_across_boots: false },
        },
        (json) => volumeIn(json)?.id === volumeId,
        withinMs,
      ),
    detach: (volumeId, withinMs) =>
      write(post(`detach volume ${volumeId}`, `/volumes/${segment(volumeId)}/detach`), isJsonObject, withinMs),
    shutDown: (linodeId, withinMs) =>
      write(
        post(`shut down Linode ${linodeId}`, `/linode/instances/${segment(linodeId)}/shutdown`),
        isJsonObject,
        withinMs,
      ),
    close: () => closing.abort(),
  }
}

function get(what: string, path: string): Request {
  return { what, method: 'GET', path }
}

function post(what: string, path: string): Request {
  return { what, method: 'POST', path }
}

/** Another path than that of a thing with this id must never be asked: its 404 would say that the thing is gone. */
function segment(id: number): string {
  if (!Number.isSafeInteger(id) || id <= 0) throw new RangeError(`${id} is no id of Linode's`)
  return String(id)
}

async function volumeEvents(
  api: Api,
  limitMs: number,
  id: number,
  since: number,
): Promise<Read<readonly VolumeEvent[]>> {
  const from = Math.floor(since / 1000) * 1000
  const filter = {
    'entity.type': 'volume',
    'entity.id': Number(segment(id)),
    created: { '+gte': timeOf(from) },
    '+order_by': 'created',
    '+order': 'desc',
  }
  const request = { ...get(`list the events of volume ${id}`, '/account/events'), filter: JSON.stringify(filter) }
  const listed = await readAll(api, limitMs, request, (json) => eventIn(json, id))
  if (listed.kind !== 'done') return listed
  // A filter that was not heeded, or half, is made good: an event of before would pass for the trace of a write.
  const events = listed.value.filter((event) => event !== null).filter(({ createdAt }) => createdAt >= from)
  return { kind: 'done', value: events.sort((a, b) => b.createdAt - a.createdAt || b.id - a.id) }
}

/**
 * Sends a write once. A 429 is not waited out: what was read before the write would be too old by then.
 */
async function written(
  api: Api,
  request: Request,
  isDone: (json: unknown) => boolean,
  withinMs: number,
): Promise<Written> {
  const answer: Answer = await call(api, request, withinMs)
  switch (answer.kind) {
    case 'refusal':
      return refused(answer, request.what)
    case 'nothing':
      return answer.isSent ? { kind: 'unknown', detail: answer.detail } : unreachable(answer)
    case 'answer':
      return isDone(answer.json)
        ? { kind: 'accepted' }
        : { kind: 'unknown', detail: notLinode(request.what, 'the JSON is not what it sends').detail }
  }
}
