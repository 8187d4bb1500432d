import { randomBytes } from 'node:crypto'
import { startPostgres } from '../postgres/start.js'
import type { SandboxPostgres } from '../postgres/start.js'
import { createRoles } from '../site/roles.js'

export type DemoDatabase = {
  readonly postgres: SandboxPostgres
  /** The bot's login and its canary's: ordinary roles, neither of them superuser. */
  readonly bot: { readonly role: string; readonly password: string }
  readonly canary: { readonly role: string; readonly password: string }
}

/** A server of 100 connections, 3 reserved for superusers and 2 for the bot, with the bot's roles as the manual grants them. */
export async function startDatabase(): Promise<DemoDatabase> {
  const postgres = await startPostgres({ maxConnections: 100, superuserReserved: 3, reserved: 2 })
  const bot = { role: 'lifeguard', password: randomBytes(12).toString('hex') }
  const canary = { role: 'canary', password: randomBytes(12).toString('hex') }
  try {
    await createRoles(
      (text) => postgres.sql(text),
      [
        { ...bot, connectionLimit: 5, memberOf: ['pg_monitor', 'pg_signal_backend', 'pg_use_reserved_connections'] },
        canary,
      ],
      [],
    )
  } catch (error) {
    await postgres.stop()
    throw error
  }
  return { postgres, bot, canary }
}
