import { access, chmod, mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Client } from '@libsql/client'
import { DependencyError } from '../../core/errors.js'

/** FULL: a commit that resolved survives a loss of power. NORMAL: the last ones may be lost, the file stays whole. */
const SYNCHRONOUS = { FULL: 2, NORMAL: 1 } as const

/** Takes the file for this process alone. Throws DependencyError when SQLite does not do as it was told. */
export async function setPragmas(
  client: Client,
  {
    file,
    synchronous,
    dependency,
  }: {
    readonly file: string
    readonly synchronous: keyof typeof SYNCHRONOUS
    readonly dependency: DependencyError['dependency']
  },
): Promise<void> {
  // EXCLUSIVE comes first: the first read after it takes the lock, and WAL then needs no shared-memory file.
  const wanted = [
    ['locking_mode', 'exclusive'],
    ['journal_mode', 'wal'],
    ['synchronous', SYNCHRONOUS[synchronous]],
  ] as const
  for (const [pragma, value] of wanted) {
    await client.execute(`PRAGMA ${pragma} = ${value}`)
    const { rows } = await client.execute(`PRAGMA ${pragma}`)
    const found = rows[0]?.[0]
    if (found !== value) {
      throw new DependencyError(dependency, `${file}: SQLite answers ${pragma} ${JSON.stringify(found)}, not ${value}.`)
    }
  }
}

/** Makes the folder (0700) and the file (0600) as needed. */
export async function makePrivateFile(file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  try {
    const handle = await open(file, 'wx', 0o600)
    await handle.close()
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    // Closing any descriptor of a file drops this process's locks on it, so an existing one is not opened here.
    await chmod(file, 0o600)
  }
}

/** Makes created, renamed and removed names of the folder survive a loss of power. */
export async function syncFolder(dir: string): Promise<void> {
  const handle = await open(dir, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

export async function exists(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch {
    return false
  }
}
