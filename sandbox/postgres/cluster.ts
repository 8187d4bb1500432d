import { spawn } from 'node:child_process'
import { chmod, chown, copyFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Account } from './account.js'
import type { Binaries } from './binaries.js'

export const SUPERUSER = 'postgres'

/** Files in PEM; `caFile` makes the server ask for client certificates. */
export type ServerTls = { readonly certFile: string; readonly keyFile: string; readonly caFile?: string }

export type ClusterOptions = {
  readonly password: string
  /** Lines of pg_hba.conf that come before the sandbox's own: the first that matches decides. */
  readonly hba: readonly string[]
  readonly tls?: ServerTls
}

/**
 * Makes a fresh cluster in `dataDir` (not there yet), owned by `account`: scram passwords, no locale, nothing synced
 * to disk. Returns the settings its TLS files need. Throws with the last words of initdb.
 */
export async function createCluster(
  binaries: Binaries,
  account: Account,
  folder: string,
  dataDir: string,
  options: ClusterOptions,
): Promise<Record<string, string>> {
  const passwordFile = join(folder, 'password')
  await write(passwordFile, `${options.password}\n`)
  await run(binaries.initdb, account, [
    `--pgdata=${dataDir}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--locale=C',
    '--encoding=UTF8',
    '--no-sync',
  ])
  await write(
    join(dataDir, 'pg_hba.conf'),
    // The whole of 127/8, not only 127.0.0.1: each pod of the sandbox has an address of its own.
    [
      ...options.hba,
      'host all all 127.0.0.0/8 scram-sha-256',
      'host all all ::1/128 scram-sha-256',
      'host replication all 127.0.0.0/8 scram-sha-256',
      '',
    ].join('\n'),
  )
  if (options.tls === undefined) return {}

  // Postgres refuses a key that others can read or that belongs to somebody else.
  const take = async (from: string, name: string): Promise<string> => {
    const to = join(dataDir, name)
    await copyFile(from, to)
    await chmod(to, 0o600)
    await give(to)
    return name
  }
  return {
    ssl: 'on',
    ssl_cert_file: await take(options.tls.certFile, 'server.crt'),
    ssl_key_file: await take(options.tls.keyFile, 'server.key'),
    ...(options.tls.caFile === undefined ? {} : { ssl_ca_file: await take(options.tls.caFile, 'ca.crt') }),
  }

  async function write(path: string, text: string): Promise<void> {
    await writeFile(path, text, { mode: 0o600 })
    await give(path)
  }

  async function give(path: string): Promise<void> {
    if (account.uid !== undefined && account.gid !== undefined) await chown(path, account.uid, account.gid)
  }
}

function run(program: string, account: Account, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      ...account,
      cwd: '/',
      env: SERVER_ENVIRONMENT,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
    child.once('error', reject)
    child.once('close', (code) =>
      code === 0
        ? resolve()
        : reject(new Error(`initdb ended with ${code}: ${said.trim().split('\n').slice(-5).join(' ')}`)),
    )
  })
}

/** Postgres reads PG* and locale variables by itself: it gets none of ours. */
export const SERVER_ENVIRONMENT: NodeJS.ProcessEnv = { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/bin:/bin' }
