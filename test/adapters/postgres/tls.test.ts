import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'

import type { SandboxPostgres } from '../../../sandbox/postgres/start.js'
import { attemptsOf, tlsOptions } from '../../../src/adapters/postgres/tls.js'
import type { TlsConfig } from '../../../src/ports/config.js'
import { configOf, createLifeguard, LIFEGUARD, secret, startServer, watching } from './scratch.js'

/** Seen from dist/, where this file runs. */
function fixture(name: string): string {
  return fileURLToPath(new URL(`../../../../test/fixtures/tls/${name}`, import.meta.url))
}

function pem(name: string): string {
  return readFileSync(fixture(name), 'utf8')
}

/** The kind of the first look under that TLS configuration, with the reason; and whether our session is encrypted. */
async function meets(postgres: SandboxPostgres, tls: TlsConfig, host = '127.0.0.1'): Promise<string> {
  const server = watching(configOf(postgres, { connection: { host, tls } }))
  const look = await server.look()
  const [row] = await postgres.sql(
    `SELECT bool_and(s.ssl) AS encrypted FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid) WHERE a.usename = $1`,
    [LIFEGUARD],
  )
  await server.close()
  if (look.kind === 'unreachable') return `${look.why}: ${look.detail}`
  return look.kind === 'reading' && row?.['encrypted'] === true ? 'reading, encrypted' : look.kind
}

describe('a server with a certificate for localhost and 127.0.0.1', () => {
  let postgres: SandboxPostgres
  before(async () => {
    postgres = await startServer({
      tls: { certFile: fixture('server.crt'), keyFile: fixture('server.key'), caFile: fixture('ca.crt') },
    })
    await createLifeguard(postgres)
  })
  after(async () => {
    await postgres?.stop()
  })

  const ca = pem('ca.crt')
  const otherCa = pem('other-ca.crt')
  const cases: readonly [what: string, tls: TlsConfig, host: string, met: string | RegExp][] = [
    ['disable does not encrypt', { mode: 'disable' }, '127.0.0.1', 'reading'],
    ['allow takes plain where plain is let in', { mode: 'allow' }, '127.0.0.1', 'reading'],
    ['prefer encrypts', { mode: 'prefer' }, '127.0.0.1', 'reading, encrypted'],
    ['prefer checks nothing', { mode: 'prefer', ca: otherCa }, '127.0.0.1', 'reading, encrypted'],
    ['require encrypts and checks nothing', { mode: 'require' }, '127.0.0.1', 'reading, encrypted'],
    ['require with a CA checks the chain', { mode: 'require', ca: otherCa }, '127.0.0.1', /^tls: /],
    ['verify-ca passes with the right CA', { mode: 'verify-ca', ca }, '127.0.0.1', 'reading, encrypted'],
    ['verify-full passes by name', { mode: 'verify-full', ca }, 'localhost', 'reading, encrypted'],
    ['verify-full passes by address', { mode: 'verify-full', ca }, '127.0.0.1', 'reading, encrypted'],
  ]
  for (const [what, tls, host, met] of cases) {
    test(what, async () => {
      const seen = await meets(postgres, tls, host)
      if (met instanceof RegExp) assert.match(seen, met)
      else assert.equal(seen, met)
    })
  }

  for (const mode of ['verify-ca', 'verify-full'] as const) {
    test(`${mode} refuses a server whose authority is another`, async () => {
      assert.match(await meets(postgres, { mode, ca: otherCa }), /^tls: /)
    })
    test(`${mode} without a CA trusts public authorities only`, async () => {
      assert.match(await meets(postgres, { mode }), /^tls: /)
    })
  }
})

test('a client certificate whose name is the role logs in without a password, and no other way does', async () => {
  const postgres = await startServer({
    tls: { certFile: fixture('server.crt'), keyFile: fixture('server.key'), caFile: fixture('ca.crt') },
    hba: [`hostssl all ${LIFEGUARD} 127.0.0.0/8 cert`, `hostnossl all ${LIFEGUARD} 127.0.0.0/8 reject`],
  })
  try {
    await createLifeguard(postgres)
    const ca = pem('ca.crt')
    const key = secret(pem('client.key'))
    const cert = pem('client.crt')
    assert.equal(await meets(postgres, { mode: 'verify-full', ca, cert, key }), 'reading, encrypted')
    assert.equal(await meets(postgres, { mode: 'verify-full', ca }), 'denied')
    // allow tries plain first; the server rejects that, and with TLS it lets us in.
    assert.equal(await meets(postgres, { mode: 'allow', cert, key }), 'reading, encrypted')
  } finally {
    await postgres.stop()
  }
})

describe('a server with a certificate for another name', () => {
  let postgres: SandboxPostgres
  before(async () => {
    postgres = await startServer({ tls: { certFile: fixture('wrong-name.crt'), keyFile: fixture('wrong-name.key') } })
    await createLifeguard(postgres)
  })
  after(async () => {
    await postgres?.stop()
  })

  for (const host of ['localhost', '127.0.0.1']) {
    test(`verify-full refuses it for ${host}`, async () => {
      assert.equal(
        await meets(postgres, { mode: 'verify-full', ca: pem('ca.crt') }, host),
        'tls: ERR_TLS_CERT_ALTNAME_INVALID',
      )
    })
  }
  test('verify-ca does not ask for the name', async () => {
    assert.equal(await meets(postgres, { mode: 'verify-ca', ca: pem('ca.crt') }), 'reading, encrypted')
  })
})

describe('a server without TLS', () => {
  let postgres: SandboxPostgres
  before(async () => {
    postgres = await startServer()
    await createLifeguard(postgres)
  })
  after(async () => {
    await postgres?.stop()
  })

  for (const mode of ['prefer', 'allow', 'disable'] as const) {
    test(`${mode} goes on without`, async () => {
      assert.equal(await meets(postgres, { mode }), 'reading')
    })
  }
  for (const mode of ['require', 'verify-ca', 'verify-full'] as const) {
    test(`${mode} does not`, async () => {
      assert.equal(await meets(postgres, { mode }), 'tls: the server does not offer TLS')
    })
  }
})

test('the private key is in no attempt, and in the options only where it is used', () => {
  const connection = {
    host: 'db',
    port: 5432,
    user: 'u',
    database: 'd',
    tls: { mode: 'require', cert: 'C', key: secret('K') },
  } as const
  assert.equal(JSON.stringify(attemptsOf(connection.tls)).includes('K'), false)
  assert.equal(tlsOptions(connection, 'plain'), false)
  const options = tlsOptions(connection, 'tls, unverified')
  assert.ok(options !== false)
  assert.equal(options.key, 'K')
  assert.equal(options.rejectUnauthorized, false)
})
