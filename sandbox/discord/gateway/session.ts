import { randomBytes } from 'node:crypto'
import { GatewayCloseCodes as Close, GatewayIntentBits, GatewayOpcodes as Op } from 'discord-api-types/v10'
import type { WebSocket } from 'ws'
import type { Credentials } from '../credentials.js'
import type { Faults } from '../faults.js'
import { fieldsOf, type Fields } from '../limits/issue.js'
import type { Recorder } from '../record.js'
import type { Happening, World } from '../world/state.js'
import { dispatchOf, guildCreateData, readyData } from './dispatch.js'
import { identified } from './identify.js'
import { membersChunk } from './membersChunk.js'

export type SessionOptions = {
  readonly world: World
  readonly credentials: Credentials
  readonly record: Recorder
  readonly faults: Faults
  /** Intents the application may ask for; others close with 4014. */
  readonly allowedIntents: number
  readonly gatewayUrl: () => string
  /** Default 41,250 ms. */
  readonly heartbeatMs?: number
}

type Sent = { readonly sequence: number; readonly frame: string }

/** What a bot resumes: it outlives its socket, and keeps what was sent meanwhile. */
type Session = {
  readonly id: string
  readonly intents: number
  readonly sent: readonly Sent[]
  readonly sequence: number
  readonly socket?: WebSocket
}

export type Sessions = {
  /** Takes over a new socket. */
  readonly accept: (socket: WebSocket) => void
  readonly open: () => readonly WebSocket[]
  /** Closes every connection from our side (1006: cuts it); the sessions stay, to be resumed. */
  readonly cut: (code: number) => void
  /** Op 7: asks every client to reconnect and resume. */
  readonly askToReconnect: () => void
  /** Op 9; without `isResumable` the sessions are forgotten. */
  readonly invalidate: (isResumable: boolean) => void
  readonly forget: () => void
}

const HEARTBEAT_MS = 41_250
/** Discord does not say how late a heartbeat may be; a client that misses two has gone. */
const BEATS_UNTIL_SILENT = 2
const KEPT_EVENTS = 1000
/** Discord's: a client sends at most so many events in so long. */
const MOST_SENT = 120
const MOST_SENT_WITHIN_MS = 60_000
const MOST_BYTES = 4096

/** All gateway sessions of the one bot: HELLO to RESUME, with everything the world tells in between. */
export function gatewaySessions(options: SessionOptions): Sessions {
  const { world, record, faults, credentials } = options
  const sessions = new Map<string, Session>()
  const sockets = new Map<WebSocket, readonly number[]>()
  const alive = new Map<WebSocket, NodeJS.Timeout>()
  const heartbeatMs = options.heartbeatMs ?? HEARTBEAT_MS

  const note = (text: string) => record.add({ kind: 'gateway', note: text })
  const send = (socket: WebSocket, op: Op, data: unknown) =>
    socket.send(JSON.stringify({ op, d: data, s: null, t: null }))
  const ofSocket = (socket: WebSocket) => [...sessions.values()].find((session) => session.socket === socket)
  const refuse = (socket: WebSocket, code: Close, message: string) => {
    record.add({ kind: 'gateway', note: `closed with ${code}`, problem: { kind: 'protocol', message } })
    socket.close(code, message)
  }

  const dispatch = (id: string, event: string, data: unknown) => {
    const session = sessions.get(id)
    if (session === undefined) return
    const sequence = session.sequence + 1
    const frame = JSON.stringify({ op: Op.Dispatch, d: data, s: sequence, t: event })
    const isLost = isLosable(event) && faults.takeGateway('lose event', event) !== undefined
    const sent = [...session.sent, ...(isLost ? [] : [{ sequence, frame }])].slice(-KEPT_EVENTS)
    sessions.set(id, { ...session, sequence, sent })
    if (isLost) return note(`lost ${event} ${sequence}`)
    record.add({ kind: 'dispatch', event, sequence, data })
    session.socket?.send(frame)
  }

  const leave = ({ socket: _gone, ...session }: Session, code: number) => {
    note(`closed with ${code}`)
    sessions.set(session.id, session)
  }

  const identify = (socket: WebSocket, data: Fields) => {
    const verdict = identified(data, options)
    if (verdict.kind === 'refused') return refuse(socket, verdict.code, verdict.message)
    if (verdict.kind === 'too soon') {
      const problem = { kind: 'protocol', message: 'an IDENTIFY within five seconds of another' } as const
      record.add({ kind: 'gateway', note: 'early IDENTIFY refused', problem })
      return send(socket, Op.InvalidSession, false)
    }
    const intents = Number(data['intents'])
    const id = randomBytes(16).toString('hex')
    sessions.set(id, { id, intents, sent: [], sequence: 0, socket })
    note(`identified with intents ${intents}`)
    dispatch(id, 'READY', readyData(world, id, options.gatewayUrl()))
    if ((intents & GatewayIntentBits.Guilds) !== 0) dispatch(id, 'GUILD_CREATE', guildCreateData(world))
  }

  const resume = (socket: WebSocket, data: Fields) => {
    const session = sessions.get(String(data['session_id']))
    const since = Number(data['seq'])
    if (!credentials.accepts(data['token'])) return refuse(socket, Close.AuthenticationFailed, 'Authentication failed.')
    if (session === undefined || faults.takeGateway('refuse resume') !== undefined) {
      note('resume refused')
      if (session !== undefined) sessions.delete(session.id)
      return send(socket, Op.InvalidSession, false)
    }
    if (!(since <= session.sequence)) {
      sessions.delete(session.id)
      return refuse(socket, Close.InvalidSeq, 'Invalid seq.')
    }
    sessions.set(session.id, { ...session, socket })
    const missed = session.sent.filter(({ sequence }) => sequence > since)
    note(`resumed, ${missed.length} events replayed`)
    for (const { frame } of missed) socket.send(frame)
    dispatch(session.id, 'RESUMED', {})
  }

  /** What only a session may ask. */
  const inSession = (socket: WebSocket, then: (session: Session) => void) => {
    const session = ofSocket(socket)
    if (session === undefined) return refuse(socket, Close.NotAuthenticated, 'Not authenticated.')
    then(session)
  }

  const receive = (socket: WebSocket, bytes: Buffer) => {
    const nowMs = world.clock.now()
    const recent = [...(sockets.get(socket) ?? []).filter((atMs) => nowMs - atMs < MOST_SENT_WITHIN_MS), nowMs]
    sockets.set(socket, recent)
    if (recent.length > MOST_SENT) return refuse(socket, Close.RateLimited, 'Rate limited.')
    const frame = bytes.length > MOST_BYTES ? undefined : parse(bytes.toString('utf8'))
    if (frame === undefined) return refuse(socket, Close.DecodeError, 'Error while decoding payload.')
    const data = fieldsOf(frame['d'])
    switch (frame['op']) {
      case Op.Heartbeat:
        alive.get(socket)?.refresh()
        if (faults.takeGateway('withhold ack') !== undefined) return note('heartbeat left unanswered')
        return send(socket, Op.HeartbeatAck, null)
      case Op.Identify:
        return ofSocket(socket) === undefined
          ? identify(socket, data)
          : refuse(socket, Close.AlreadyAuthenticated, 'Already authenticated.')
      case Op.Resume:
        return resume(socket, data)
      case Op.PresenceUpdate:
        return inSession(socket, () => note('presence updated'))
      case Op.RequestGuildMembers:
        return inSession(socket, ({ id, intents }) => {
          const asked = membersChunk(world, data, intents)
          if ('refusal' in asked) refuse(socket, Close.DisallowedIntents, asked.refusal)
          else dispatch(id, 'GUILD_MEMBERS_CHUNK', asked.chunk)
        })
      default:
        return refuse(socket, Close.UnknownOpcode, `The sandbox does not know op ${String(frame['op'])}.`)
    }
  }

  world.watch((happening: Happening) => {
    for (const session of sessions.values()) {
      const event = dispatchOf(world, happening, session.intents)
      if (event !== undefined && (event.intent === 0 || (session.intents & event.intent) !== 0)) {
        dispatch(session.id, event.event, event.data)
      }
    }
  })

  return {
    accept(socket) {
      sockets.set(socket, [])
      // by the machine's time, as the client's heart beats: a clock that is moved must not silence it
      const silent = () => refuse(socket, Close.SessionTimedOut, 'Session timed out.')
      alive.set(socket, setTimeout(silent, heartbeatMs * BEATS_UNTIL_SILENT).unref())
      socket.on('message', (bytes: Buffer) => receive(socket, bytes))
      socket.on('close', (code) => {
        sockets.delete(socket)
        clearTimeout(alive.get(socket))
        alive.delete(socket)
        const session = ofSocket(socket)
        if (session === undefined) return
        // 1000 and 1001 from the client end the session; any other code leaves it to be resumed
        if (code === 1000 || code === 1001) sessions.delete(session.id)
        else leave(session, code)
      })
      send(socket, Op.Hello, { heartbeat_interval: heartbeatMs })
    },
    open: () => [...sockets.keys()],
    cut: (code) => {
      for (const socket of sockets.keys()) {
        // the client echoes our code, which must not look like its own goodbye
        const session = ofSocket(socket)
        if (session !== undefined) leave(session, code)
        if (code === 1006) socket.terminate()
        else socket.close(code)
      }
    },
    askToReconnect: () => {
      for (const socket of sockets.keys()) send(socket, Op.Reconnect, null)
    },
    invalidate: (isResumable) => {
      if (!isResumable) sessions.clear()
      for (const socket of sockets.keys()) send(socket, Op.InvalidSession, isResumable)
    },
    forget: () => sessions.clear(),
  }
}

/** A session cannot begin without these, so they are never lost. */
function isLosable(event: string): boolean {
  return event !== 'READY' && event !== 'GUILD_CREATE' && event !== 'RESUMED'
}

function parse(text: string): Fields | undefined {
  try {
    return fieldsOf(JSON.parse(text))
  } catch {
    return undefined
  }
}
