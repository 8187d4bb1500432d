import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { startPostgres, type SandboxPostgres } from '../../sandbox/postgres/start.js'
import { systemClock } from '../../src/adapters/clock/system.js'
import { postgresServer } from '../../src/adapters/postgres/server.js'
import { secret } from '../../src/config/secret.js'
import type { Log } from '../../src/ports/log.js'

const FILE = fileURLToPath(new URL('../../../deploy/postgres/role.sql', import.meta.url))
const QUIET: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => QUIET,
}

function hasPsql(): boolean {
  try {
    execFileSync('psql', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

describe('deploy/postgres/role.sql', { skip: hasPsql() ? false : 'needs psql' }, () => {
  let postgres: SandboxPostgres

  before(async () => {
    postgres = await startPostgres({ maxConnections: 20, reserved: 2 })
  })
  after(async () => {
    await postgres.stop()
  })

  const run = async () => {
    const { host, port, superuser, password } = postgres
    await promisify(execFile)(
      'psql',
      [
        '-X',
        '-v',
        'ON_ERROR_STOP=1',
        '-v',
        "password='from-the-file'",
        '-h',
        host,
        '-p',
        String(port),
        '-U',
        superuser,
        '-d',
        'postgres',
        '-f',
        FILE,
      ],
      { env: { PATH: process.env['PATH'] ?? '', PGPASSWORD: password } },
    )
  }

  test('gives a role that can read, list and terminate, and lacks nothing; a second run does no harm', async () => {
    await run()
    await run()
    const server = postgresServer(
      {
        name: 'production',
        connection: {
          host: postgres.host,
          port: postgres.port,
          user: 'lifeguard',
          password: secret('from-the-file'),
          database: 'postgres',
          tls: { mode: 'disable' },
        },
        canary: { kind: 'off' },
        schedule: '*/5 * * * * *',
        rules: [],
        stale: { idleMs: 0, idleInTransactionMs: 0, protectedApplications: [] },
        noDataAfterMs: 30_000,
      },
      { clock: systemClock, random: Math.random, log: QUIET },
    )
    server.open()
    try {
      assert.equal((await server.look()).kind, 'reading')
      assert.deepEqual(server.sessions().degraded, [])
    } finally {
      await server.close()
    }
  })

  test('gives no more than that: no superuser, no other right', async () => {
    const rows = await postgres.sql(
      `SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls,
              ARRAY(SELECT g.rolname::text FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid WHERE m.member = r.oid ORDER BY 1) AS member_of
         FROM pg_roles r WHERE rolname = 'lifeguard'`,
    )
    assert.deepEqual(rows[0], {
      rolsuper: false,
      rolcreaterole: false,
      rolcreatedb: false,
      rolreplication: false,
      rolbypassrls: false,
      member_of: ['pg_monitor', 'pg_signal_backend', 'pg_use_reserved_connections'],
    })
  })
})
