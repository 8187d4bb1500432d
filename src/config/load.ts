import type { Config } from '../ports/config.js'
import { readCluster } from './cluster.js'
import { readEnvironment, readText, readVariable, reportTypos } from './environment.js'
import type { ReadFile, Variables } from './environment.js'
import type { FileWorld } from './fileSchema.js'
import { readOneServer } from './oneServer.js'
import type { Place, Problem, Report } from './problem.js'
import { quoter } from './quote.js'
import { readServersFile } from './serversFile.js'
import type { ReadServersFile } from './serversFile.js'
import { readBot, readDiscord, readWatch } from './settings.js'
import type { Reading } from './settings.js'
import { applicationIdOf } from './value.js'
import { isOfOneServer, isSecret, VARIABLE_NAMES } from './variables.js'
import type { VariableName } from './variables.js'

export type LoadedConfig =
  | { readonly kind: 'config'; readonly config: Config }
  | {
      readonly kind: 'problems'
      readonly problems: readonly Problem[]
      /** The application's id, when the token is there: enough for an invite link. */
      readonly inviteApplicationId?: string
    }
  | { readonly kind: 'nothing set' }

/** Where the file keeps what a variable may hold too. */
const IN_FILE: Partial<Record<VariableName, readonly string[]>> = {
  DISCORD_GUILD_ID: ['discord', 'guild'],
  DISCORD_CHANNEL_ID: ['discord', 'channel'],
  DISCORD_API: ['discord', 'api'],
  ROLE_OPERATE: ['discord', 'roles', 'operate'],
  ROLE_VIEW: ['discord', 'roles', 'view'],
  ROLE_RECOVER: ['discord', 'roles', 'recover'],
  ROLE_PAGE: ['discord', 'roles', 'page'],
  KUBERNETES: ['cluster', 'access'],
  KUBERNETES_KUBECONFIG: ['cluster', 'kubeconfig'],
  KUBERNETES_CONTEXT: ['cluster', 'context'],
  POD_RANGES: ['cluster', 'pod_ranges'],
  POOLERS: ['cluster', 'poolers'],
  KNOWN_HOSTS: ['cluster', 'known_hosts'],
}

/**
 * Understands the settings: the environment, the files its `_FILE` variables name, and the file of servers.
 *
 * Every problem is in the answer at once, none holds a secret, and there is either a whole config or none.
 * `readFile` gives a file's text and throws when it cannot; nothing else is thrown, and nothing is written.
 */
export function loadConfig(input: { readonly env: Variables; readonly readFile: ReadFile }): LoadedConfig {
  const { env, readFile } = input
  const problems: Problem[] = []
  const report: Report = (problem) => void problems.push(problem)

  const environment = readEnvironment(env, readFile, report)
  const secrets = VARIABLE_NAMES.filter(isSecret).map((name) => environment.get(name)?.text ?? '')
  const quote = quoter(secrets)
  const reading: Reading = { environment, readFile, report, quote }
  const referenced: string[] = []
  const world: FileWorld = {
    secretOf: (name) => {
      const told: Problem[] = []
      const given = readVariable(name, { env, readFile, report: (problem) => void told.push(problem) })
      referenced.push(name)
      if (given !== undefined) secrets.push(given.text)
      const [problem] = told
      if (problem !== undefined) return { because: `${problem.where} ${problem.message}` }
      return given === undefined ? { because: `${name} is not set in the environment` } : { value: given.text }
    },
    readFile: (path) => {
      let because = ''
      const value = readText(path, {
        readFile,
        place: { where: '' },
        report: (problem) => void (because = problem.message),
      })
      return value === undefined ? { because } : { value }
    },
  }

  const watch = readWatch(reading)
  const path = environment.get('LIFEGUARD_CONFIG')?.text
  const text =
    path === undefined ? undefined : readText(path, { readFile, report, place: { where: 'LIFEGUARD_CONFIG' } })
  const file =
    path === undefined || text === undefined
      ? undefined
      : readServersFile({ name: path, text }, { world, defaults: watch, quote, report })
  if (file !== undefined) reportAmbiguous(reading, file, referenced)
  reportTypos(env, referenced, report)
  if (problems.length === 0 && isNothingSet(reading)) return { kind: 'nothing set' }

  // A file that is no YAML may hold anything, so nothing is called missing because of it.
  const isUnreadable = path !== undefined && file?.source === undefined
  const placeInFile = (name: VariableName): Place | undefined => {
    const inFile = IN_FILE[name]
    if (inFile === undefined) return undefined
    return isUnreadable ? { where: path } : placeOf(file, inFile)
  }
  const discord = readDiscord(reading, file?.understood?.discord, placeInFile)
  const cluster = readCluster(reading, file?.understood?.cluster, {
    placeOf: placeInFile,
    textOf: (name) => {
      const value = valueOf(file, IN_FILE[name] ?? [])
      return typeof value === 'string' ? value : undefined
    },
  })
  const bot = readBot(reading)
  const server = path === undefined ? readOneServer(reading, watch) : undefined
  const servers = server === undefined ? file?.understood?.servers : [server]
  if (problems.length === 0 && discord !== undefined && servers !== undefined) {
    return { kind: 'config', config: { discord, servers, ...(cluster === undefined ? {} : { cluster }), ...bot } }
  }
  const inviteApplicationId = applicationIdOf(environment.get('DISCORD_TOKEN')?.text ?? '')
  const sorted = problems.sort((a, b) => compare(orderOf(a), orderOf(b)))
  return { kind: 'problems', problems: sorted, ...(inviteApplicationId === undefined ? {} : { inviteApplicationId }) }
}

/** Two answers to one question: neither wins silently. */
function reportAmbiguous({ environment, report }: Reading, file: ReadServersFile, referenced: readonly string[]): void {
  for (const [name, { where }] of environment) {
    if (isOfOneServer(name) && !referenced.includes(name)) {
      report({
        where,
        message:
          'is set, and so is LIFEGUARD_CONFIG: which server is meant is ambiguous. Unset it; the file describes the servers',
      })
    }
    const place = placeOf(file, IN_FILE[name] ?? [])
    if (place !== undefined)
      report({ ...place, message: `is set here and as ${where} in the environment: keep one of them` })
  }
}

/** The place of a setting in the file; `undefined` when the file does not hold it. */
function placeOf(file: ReadServersFile | undefined, path: readonly string[]): Place | undefined {
  return path.length === 0 || valueOf(file, path) === undefined ? undefined : file?.source?.placeOf(path)
}

function valueOf(file: ReadServersFile | undefined, path: readonly string[]): unknown {
  return path.reduce<unknown>((inside, key) => Object(inside)[key] as unknown, file?.source?.content)
}

/** Whether nothing was set that only Lifeguard needs; an image may well set where data and logs go. */
function isNothingSet({ environment }: Reading): boolean {
  return [...environment.keys()].every((name) => name === 'DATA_DIR' || name === 'LOG_LEVEL')
}

/** The environment in the order of its table, then the file from top to bottom. */
function orderOf({ where }: Problem): readonly number[] {
  const [, line, column] = /:(\d+):(\d+)$/.exec(where) ?? []
  if (line !== undefined) return [VARIABLE_NAMES.length + 1, Number(line), Number(column)]
  const index = VARIABLE_NAMES.findIndex((name) => name === where.replace(/_FILE$/, ''))
  return [index < 0 ? VARIABLE_NAMES.length : index, 0, 0]
}

function compare(a: readonly number[], b: readonly number[]): number {
  return a.map((value, index) => value - (b[index] ?? 0)).find((difference) => difference !== 0) ?? 0
}
