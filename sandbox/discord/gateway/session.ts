import { randomBytes } from 'node:crypto'
import { GatewayCloseCodes as Close, GatewayIntentBits, GatewayOpcodes as Op } from 'discord-api-types/v10'
import type { WebSocket } from 'ws'
import { fieldsOf, type Fields } from '../limits/issue.js'
import type { Faults } from '../faults.js'
import type { Recorder } from '../record.js'
import type { Happening, World } from '../world/state.js'
import { dispatchOf, guildCreateData, readyData } from './dispatch.js'

export type SessionOptions = {
  readonly world: World
  readonly token: string
  readonly record: Recorder
  readonly faults: Faults
  /** Intents the application may ask for; others close with 4014. */
  readonly allowedIntents: number
  readonly gatewayUrl: () => string
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
  /** Op 7: asks every client to reconnect and resume. */
  readonly askToReconnect: () => void
  /** Op 9; without `isResumable` the sessions are forgotten. */
  readonly invalidate: (isResumable: boolean) => void
  readonly forget: () => void
}

const HEARTBEAT_MS = 41_250
const KEPT_EVENTS = 1000

/** All gateway sessions of the one bot: HELLO to RESUME, with everything the world tells in between. */
export function gatewaySessions(options: SessionOptions): Sessions {
  const { world, record } = options
  const sessions = new Map<string, Session>()
  const sockets = new Set<WebSocket>()

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
    const isLost = isLosable(event) && options.faults.takeGateway('lose event', event) !== undefined
    const sent = [...session.sent, ...(isLost ? [] : [{ sequence, frame }])].slice(-KEPT_EVENTS)
    sessions.set(id, { ...session, sequence, sent })
    if (isLost) return note(`lost ${event} ${sequence}`)
    record.add({ kind: 'dispatch', event, sequence, data })
    session.socket?.send(frame)
  }

  const identify = (socket: WebSocket, data: Fields) => {
    const intents = Number(data['intents'] ?? 0)
    if (data['token'] !== options.token) return refuse(socket, Close.AuthenticationFailed, 'Authentication failed.')
    if (data['compress'] === true) return refuse(socket, Close.DecodeError, 'The sandbox does not compress.')
    if ((intents & ~options.allowedIntents) !== 0) {
      return refuse(socket, Close.DisallowedIntents, `Disallowed intent(s): ${intents & ~options.allowedIntents}.`)
    }
    const id = randomBytes(16).toString('hex')
    sessions.set(id, { id, intents, sent: [], sequence: 0, socket })
    note(`identified with intents ${intents}`)
    dispatch(id, 'READY', readyData(world, id, options.gatewayUrl()))
    if ((intents & GatewayIntentBits.Guilds) !== 0) dispatch(id, 'GUILD_CREATE', guildCreateData(world))
  }

  const resume = (socket: WebSocket, data: Fields) => {
    const session = sessions.get(String(data['session_id']))
    const since = Number(data['seq'])
    if (data['token'] !== options.token) return refuse(socket, Close.AuthenticationFailed, 'Authentication failed.')
    const isRefused = options.faults.takeGateway('refuse resume') !== undefined
    if (session === undefined || since > session.sequence || isRefused) {
      if (session !== undefined) sessions.delete(session.id)
      note('resume refused')
      return send(socket, Op.InvalidSession, false)
    }
    sessions.set(session.id, { ...session, socket })
    const missed = session.sent.filter(({ sequence }) => sequence > since)
    note(`resumed, ${missed.length} events replayed`)
    for (const { frame } of missed) socket.send(frame)
    dispatch(session.id, 'RESUMED', {})
  }

  const receive = (socket: WebSocket, text: string) => {
    const frame = parse(text)
    if (frame === undefined) return refuse(socket, Close.DecodeError, 'Not JSON.')
    const data = fieldsOf(frame['d'])
    switch (frame['op']) {
      case Op.Heartbeat:
        if (options.faults.takeGateway('withhold ack') !== undefined) return note('heartbeat left unanswered')
        return send(socket, Op.HeartbeatAck, null)
      case Op.Identify:
        return ofSocket(socket) === undefined
          ? identify(socket, data)
          : refuse(socket, Close.AlreadyAuthenticated, 'Already authenticated.')
      case Op.Resume:
        return resume(socket, data)
      case Op.PresenceUpdate:
        return note('presence updated')
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
      sockets.add(socket)
      socket.on('message', (bytes: Buffer) => receive(socket, bytes.toString('utf8')))
      socket.on('close', (code) => {
        sockets.delete(socket)
        const session = ofSocket(socket)
        if (session === undefined) return
        note(`closed with ${code}`)
        const { socket: _gone, ...rest } = session
        // 1000 and 1001 from the client end the session; any other code leaves it to be resumed
        if (code === 1000 || code === 1001) sessions.delete(session.id)
        else sessions.set(session.id, rest)
      })
      send(socket, Op.Hello, { heartbeat_interval: HEARTBEAT_MS })
    },
    open: () => [...sockets],
    askToReconnect: () => {
      for (const socket of sockets) send(socket, Op.Reconnect, null)
    },
    invalidate: (isResumable) => {
      if (!isResumable) sessions.clear()
      for (const socket of sockets) send(socket, Op.InvalidSession, isResumable)
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
