import type { ConnectionOptions } from 'node:tls'

import type { ConnectionConfig, TlsConfig } from '../../ports/config.js'

/** One way to try a connection. `thenNext` says what must have happened for the next way in the list to be tried. */
export type Attempt = {
  readonly encryption: 'plain' | 'tls, unverified' | 'tls, chain' | 'tls, chain and name'
  readonly thenNext?: 'the server has no TLS' | 'the server rejected the login'
}

/**
 * What libpq's `sslmode` means, as an ordered list of attempts, never empty.
 *
 * - `prefer` falls back to plain only where the server answers that it has no TLS, not when a handshake fails:
 *   whoever can break a handshake could otherwise read the password.
 * - `require` with a CA checks the chain, as libpq does; without one it encrypts and checks nothing.
 * - `verify-ca` and `verify-full` without a CA trust the authorities that Node ships.
 *
 * Source: PostgreSQL manual, "SSL Support" (libpq), table "SSL Mode Descriptions".
 */
export function attemptsOf({ mode, ca }: TlsConfig): readonly Attempt[] {
  const attempts: Readonly<Record<TlsConfig['mode'], readonly Attempt[]>> = {
    disable: [{ encryption: 'plain' }],
    allow: [{ encryption: 'plain', thenNext: 'the server rejected the login' }, { encryption: 'tls, unverified' }],
    prefer: [{ encryption: 'tls, unverified', thenNext: 'the server has no TLS' }, { encryption: 'plain' }],
    require: [{ encryption: ca === undefined ? 'tls, unverified' : 'tls, chain' }],
    'verify-ca': [{ encryption: 'tls, chain' }],
    'verify-full': [{ encryption: 'tls, chain and name' }],
  }
  return attempts[mode]
}

/** Node's TLS options for one attempt; `false` for plain. The key is revealed here and nowhere else. */
export function tlsOptions(connection: ConnectionConfig, encryption: Attempt['encryption']): ConnectionOptions | false {
  if (encryption === 'plain') return false
  const { ca, cert, key } = connection.tls
  return {
    // Node checks the certificate against `servername`, which must not be set for an address, and then against `host`.
    host: connection.host,
    rejectUnauthorized: encryption !== 'tls, unverified',
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key: key.reveal() }),
    // verify-ca: whose certificate it is does not matter, only who signed it.
    ...(encryption === 'tls, chain' ? { checkServerIdentity: () => undefined } : {}),
  }
}
