import type { Server } from 'node:http'
import { GatewayCloseCodes } from 'discord-api-types/v10'
import { WebSocketServer } from 'ws'
import { gatewaySessions, type SessionOptions } from './session.js'

export type Gateway = {
  /** Cuts every connection: 1006 without a word, any other code as a close frame. Sessions stay, to be resumed. */
  readonly drop: (code?: number) => void
  readonly connections: () => number
  /** Op 7. */
  readonly askToReconnect: () => void
  /** Op 9. */
  readonly invalidate: (isResumable: boolean) => void
  /** Forgets all sessions: the next RESUME is refused. */
  readonly forgetSessions: () => void
  readonly close: () => void
}

export const GATEWAY_PATH = '/gateway'

/** Serves the gateway on an HTTP server, at /gateway. JSON without compression, version 10, nothing else. */
export function serveGateway(server: Server, options: SessionOptions): Gateway {
  const sessions = gatewaySessions(options)
  const sockets = new WebSocketServer({ noServer: true })
  server.on('upgrade', (request, socket, head) => {
    const url = new URL(request.url ?? '/', 'http://sandbox')
    const wrong =
      url.pathname.replace(/\/$/, '') !== GATEWAY_PATH
        ? 'no gateway at this path'
        : url.searchParams.get('encoding') !== 'json'
          ? 'only encoding=json'
          : url.searchParams.has('compress')
            ? 'the sandbox does not compress: remove zlib-sync'
            : undefined
    if (wrong !== undefined) {
      options.record.add({ kind: 'gateway', note: 'refused', problem: { kind: 'protocol', message: wrong } })
      socket.end(`HTTP/1.1 400 ${wrong}\r\nconnection: close\r\n\r\n`)
      return
    }
    sockets.handleUpgrade(request, socket, head, (accepted) => {
      if (url.searchParams.get('v') === '10') return sessions.accept(accepted)
      const problem = { kind: 'protocol', message: 'only v=10' } as const
      options.record.add({ kind: 'gateway', note: 'closed with 4012', problem })
      accepted.close(GatewayCloseCodes.InvalidAPIVersion, 'Invalid API version.')
    })
  })
  return {
    drop: (code = 1006) => sessions.cut(code),
    connections: () => sessions.open().length,
    askToReconnect: sessions.askToReconnect,
    invalidate: sessions.invalidate,
    forgetSessions: sessions.forget,
    close: () => {
      for (const socket of sessions.open()) socket.terminate()
      sockets.close()
    },
  }
}
