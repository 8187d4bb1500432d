import { createPrivateKey, X509Certificate } from 'node:crypto'
import type { TlsConfig } from '../ports/config.js'
import type { Parser } from './value.js'
import { oneOf } from './value.js'

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/** libpq's word for the certificate authorities the platform trusts, in place of a file. */
export const SYSTEM_ROOTS = 'system'

export const sslMode: Parser<TlsConfig['mode']> = oneOf([
  'disable',
  'allow',
  'prefer',
  'require',
  'verify-ca',
  'verify-full',
])

/** The text of a PEM file of one or more certificates, each of which could be read. */
export const certificates: Parser<string> = {
  what: 'one or more PEM certificates ("-----BEGIN CERTIFICATE-----")',
  parse: (text) => {
    const found = text.match(CERTIFICATE) ?? []
    return found.length > 0 && found.every(isCertificate) ? text : undefined
  },
}

/** The text of a PEM file of one private key. There is nobody to type a passphrase, so it must have none. */
export const privateKey: Parser<string> = {
  what: 'a PEM private key without passphrase ("-----BEGIN PRIVATE KEY-----")',
  parse: (text) => {
    try {
      createPrivateKey(text)
      return text
    } catch {
      return undefined // whatever OpenSSL has against it, it is not a usable key
    }
  },
}

/** Whether the key is the one the first certificate was made for. Both must have been understood before. */
export function belongTogether(certificate: string, key: string): boolean {
  return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))
}

function isCertificate(text: string): boolean {
  try {
    return new X509Certificate(text).subject !== undefined
  } catch {
    return false
  }
}

/** What contradicts itself in the TLS settings; each says which setting it is about. */
export function tlsContradictions(tls: {
  readonly mode: string | undefined
  readonly rootCert: string | undefined
  readonly hasCert: boolean
  readonly hasKey: boolean
}): readonly { readonly about: 'mode' | 'rootCert' | 'cert' | 'key'; readonly message: string }[] {
  const { mode, rootCert, hasCert, hasKey } = tls
  return [
    ...((mode === 'verify-ca' || mode === 'verify-full') && rootCert === undefined
      ? [
          {
            about: 'mode' as const,
            message: `${mode} needs the certificate authority to verify against: the path of its PEM file as sslrootcert (PGSSLROOTCERT), or "system" with verify-full`,
          },
        ]
      : []),
    ...(rootCert === SYSTEM_ROOTS && mode !== 'verify-full'
      ? [{ about: 'rootCert' as const, message: '"system" works with sslmode verify-full only, as in libpq' }]
      : []),
    ...(hasCert && !hasKey
      ? [{ about: 'cert' as const, message: 'has no key: set sslkey (PGSSLKEY) to the path of its PEM file too' }]
      : []),
    ...(hasKey && !hasCert
      ? [
          {
            about: 'key' as const,
            message: 'has no certificate: set sslcert (PGSSLCERT) to the path of its PEM file too',
          },
        ]
      : []),
  ]
}
