import type { Problem } from '../../src/config/problem.js'
import { loadConfig } from '../../src/config/load.js'
import type { Config } from '../../src/ports/config.js'

export const APPLICATION_ID = '675756741417369640'
export const TOKEN = `${Buffer.from(APPLICATION_ID).toString('base64url')}.abcdef.${'x'.repeat(30)}`
export const GUILD = '267624335836053506'
const CHANNEL = '407290546637144064'
export const DEVOPS = '409416496733880320'

export const DISCORD = {
  DISCORD_TOKEN: TOKEN,
  DISCORD_GUILD_ID: GUILD,
  DISCORD_CHANNEL_ID: CHANNEL,
  ROLE_OPERATE: DEVOPS,
}
/** The least that starts. */
export const LEAST = { ...DISCORD, PGHOST: 'db.example.org', PGUSER: 'lifeguard' }

export type Files = Readonly<Record<string, string>>
type Env = Readonly<Record<string, string | undefined>>

export function load(env: Env, files: Files = {}): ReturnType<typeof loadConfig> {
  return loadConfig({ env, readFile: reader(files) })
}

/** The config, or a failure that shows the problems. */
export function configOf(env: Env, files: Files = {}): Config {
  const loaded = load(env, files)
  if (loaded.kind !== 'config') throw new Error(JSON.stringify(loaded))
  return loaded.config
}

export function problemsOf(env: Env, files: Files = {}): readonly Problem[] {
  const loaded = load(env, files)
  return loaded.kind === 'problems' ? loaded.problems : []
}

/** Loads a file of servers, with Discord's settings in the environment. */
export function problemsOfFile(yaml: string, env: Env = {}, files: Files = {}): readonly Problem[] {
  return problemsOf({ ...DISCORD, LIFEGUARD_CONFIG: 'lifeguard.yaml', ...env }, { 'lifeguard.yaml': yaml, ...files })
}

function reader(files: Files): (path: string) => string {
  return (path) => {
    const text = files[path]
    if (text === undefined) throw Object.assign(new Error(`no such file: ${path}`), { code: 'ENOENT' })
    return text
  }
}
