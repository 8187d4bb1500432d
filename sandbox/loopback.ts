import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'

/** A stand-in's server on 127.0.0.1. Port 0: any free one. Rejects when the port is taken. */
export async function listenOnLoopback(handle: RequestListener, port: number): Promise<Server> {
  const server = createServer(handle)
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}

/** Cuts every connection. Does nothing when it has ended already. */
export async function endServer(server: Server): Promise<void> {
  if (!server.listening) return
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}

export function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the sandbox listens on a port')
  return address.port
}
