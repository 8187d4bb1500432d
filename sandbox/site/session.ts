import pg from 'pg'
import { socketFrom } from './address.js'

/** Where and as whom to log in. Without `localAddress` the system chooses (127.0.0.1). */
export type Login = {
  readonly host: string
  readonly port: number
  readonly role: string
  readonly password: string
  readonly database: string
  readonly applicationName: string
  readonly localAddress?: string
}

/** One open session of a service. It outlives whoever opened it, until somebody ends or drops it. */
export type Session = {
  /** Aborts when the session is gone: ended, dropped, or terminated by the server (57P01). */
  readonly gone: AbortSignal
  query(text: string): Promise<void>
  /** Says good-bye, as a well-behaved client does. */
  end(): Promise<void>
  /** Drops the socket without a word, as a process that dies does. */
  drop(): void
}

/** Opens a session. Rejects as `pg` does (`code` 53300 when the server is full). */
export async function openSession(login: Login): Promise<Session> {
  const { host, port, role, password, database, applicationName, localAddress } = login
  const client = new pg.Client({
    host,
    port,
    user: role,
    password,
    database,
    application_name: applicationName,
    ssl: false,
    ...(localAddress === undefined ? {} : { stream: () => socketFrom(localAddress) }),
  })
  const gone = new AbortController()
  const bury = (): void => gone.abort()
  client.on('error', bury) // without a listener a terminated idle session would end the process
  client.once('end', bury)
  try {
    await client.connect()
  } catch (error) {
    client.connection.stream.destroy()
    throw error
  }
  return {
    gone: gone.signal,
    async query(text) {
      await client.query(text)
    },
    async end() {
      await client.end().catch(() => undefined) // it may be gone already
      bury()
    },
    drop() {
      client.connection.stream.destroy()
      bury()
    },
  }
}

/** Was this login refused because a limit on connections is reached? */
export function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '53300'
}
