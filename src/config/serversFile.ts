import type { z } from 'zod'
import type { Budget } from '../core/doctor/budget.js'
import type { CanaryConfig, ConnectionConfig, ServerConfig } from '../ports/config.js'
import { belongTogether } from './certificates.js'
import type { ClusterInFile } from './cluster.js'
import { contradictionsIn } from './contradictions.js'
import { withProtected } from './defaults.js'
import type { WatchDefaults } from './defaults.js'
import { WHOLE } from './fileField.js'
import type { FileWorld, ServerInFile } from './fileSchema.js'
import { serversFileSchema } from './fileSchema.js'
import { nearest } from './nearest.js'
import type { Problem, Report } from './problem.js'
import type { Quote } from './quote.js'
import { secret } from './secret.js'
import type { DiscordInFile } from './settings.js'
import { clearBelowOf } from './threshold.js'
import { readYaml } from './yamlSource.js'
import type { Path, YamlSource } from './yamlSource.js'

export type ReadServersFile = {
  /** Absent when the file has no valid YAML. */
  readonly source?: YamlSource
  /** Absent when any field was not understood. */
  readonly understood?: {
    readonly servers: readonly ServerConfig[]
    readonly discord?: DiscordInFile
    readonly cluster?: ClusterInFile
  }
}

/** Reads the file of servers and reports everything that is wrong with it. */
export function readServersFile(
  input: { readonly name: string; readonly text: string },
  {
    world,
    defaults,
    quote,
    report,
  }: {
    readonly world: FileWorld
    readonly defaults: WatchDefaults
    readonly quote: Quote
    readonly report: Report
  },
): ReadServersFile {
  const yaml = readYaml(input.name, input.text)
  if ('problems' in yaml) {
    yaml.problems.forEach(report)
    return {}
  }
  const { source } = yaml
  for (const { path, message } of contradictionsIn(source.content, defaults))
    report({ ...source.placeOf(path), message })
  const parsed = serversFileSchema(world).safeParse(source.content)
  if (!parsed.success) {
    parsed.error.issues.flatMap((issue) => problemsOf(issue, [], source, quote)).forEach(report)
    return { source }
  }
  parsed.data.servers.forEach(({ sslcert, sslkey }, index) => {
    if (sslcert === undefined || sslkey === undefined || belongTogether(sslcert, sslkey)) return
    report({
      ...source.placeOf(['servers', index, 'sslkey']),
      message: 'is not the key of the certificate that sslcert names',
    })
  })
  const servers = parsed.data.servers.map((server) => serverConfig(server, defaults))
  const { discord, cluster } = parsed.data
  return {
    source,
    understood: {
      servers,
      ...(discord === undefined ? {} : { discord }),
      ...(cluster === undefined ? {} : { cluster }),
    },
  }
}

function problemsOf(issue: z.core.$ZodIssue, around: Path, source: YamlSource, quote: Quote): readonly Problem[] {
  const path = [...around, ...issue.path]
  if (issue.code === 'unrecognized_keys') {
    const known = issue.message.split(' ')
    return issue.keys.map((key) => {
      const meant = nearest(key, known, Math.min(3, Math.ceil(key.length / 3)))
      const hint = meant === undefined ? `Known here: ${known.join(', ')}` : `Did you mean ${meant}?`
      return { ...source.placeOfKey([...path, key]), message: `is not a setting. ${hint}` }
    })
  }
  if (issue.code === 'invalid_union') {
    // Of several shapes, the one that was begun is meant: its own problems say more than "none of these".
    const begun = issue.errors.find((errors) =>
      errors.some((inner) => inner.path.length > 0 || inner.code === 'unrecognized_keys'),
    )
    if (begun !== undefined) return begun.flatMap((inner) => problemsOf(inner, path, source, quote))
  }
  const place = source.placeOf(path)
  if (issue.code === 'custom' && issue.params?.['whole'] === WHOLE.whole) return [{ ...place, message: issue.message }]
  const [what, hint] = issue.message.split('\n')
  const got = gotText(path, source.content, quote)
  return [{ ...place, message: `expected ${what ?? ''}, ${got}${hint === undefined ? '' : `. ${hint}`}` }]
}

function gotText(path: Path, content: unknown, quote: Quote): string {
  const value = path.reduce<unknown>((inside, part) => Object(inside)[part] as unknown, content)
  if (value === undefined) return 'but it is missing'
  if (value === null || value === '') return 'but it is empty'
  if (Array.isArray(value)) return value.length === 0 ? 'got an empty list' : 'got a list'
  if (typeof value !== 'string') return 'got a mapping'
  return `got ${quote(value)}`
}

function serverConfig(server: ServerInFile, defaults: WatchDefaults): ServerConfig {
  const { password = server.password_file, sslrootcert: ca, sslcert: cert, sslkey: key, rules, stale } = server
  const connection: ConnectionConfig = {
    host: server.host,
    port: server.port ?? 5432,
    user: server.user,
    ...(password === undefined ? {} : { password }),
    database: server.database ?? 'postgres',
    tls: {
      mode: server.sslmode ?? 'prefer',
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key: secret(key) }),
    },
  }
  return {
    name: server.name,
    connection,
    canary: canaryConfig(server.canary),
    schedule: server.schedule ?? defaults.schedule,
    rules: rules?.map((rule) => ruleOf(rule, defaults)) ?? defaults.rules,
    stale: {
      idleMs: stale?.idle ?? defaults.stale.idleMs,
      idleInTransactionMs: stale?.idle_in_transaction ?? defaults.stale.idleInTransactionMs,
      protectedApplications: withProtected(defaults.stale.protectedApplications, server.protected),
    },
    noDataAfterMs: server.no_data_after ?? defaults.noDataAfterMs,
    ...(server.services === undefined ? {} : { services: server.services.map(serviceBudget) }),
  }
}

function serviceBudget(service: NonNullable<ServerInFile['services']>[number]): Budget {
  const { name, role, pods, workers, threads, aliases = 1, strategy = 'rolling' } = service
  const isRolling = strategy === 'rolling'
  return { name, ...(role === undefined ? {} : { role }), pods, workers, threads, aliases, isRolling }
}

function ruleOf(
  rule: NonNullable<ServerInFile['rules']>[number],
  defaults: WatchDefaults,
): ServerConfig['rules'][number] {
  const match =
    rule.match === 'total'
      ? rule.match
      : rule.match.map(({ application, role, database, address }) => ({
          ...(application === undefined ? {} : { applicationName: application }),
          ...(role === undefined ? {} : { role }),
          ...(database === undefined ? {} : { database }),
          ...(address === undefined ? {} : { clientAddr: address }),
        }))
  return {
    name: rule.name,
    match,
    above: rule.above,
    clearBelow: rule.clear_below ?? clearBelowOf(rule.above),
    severity: rule.severity ?? 'warning',
    confirm: rule.confirm ?? defaults.confirm,
    forMs: rule.for ?? 0,
    holdDownMs: rule.hold_down ?? defaults.holdDownMs,
  }
}

function canaryConfig(canary: ServerInFile['canary']): CanaryConfig {
  if (canary === undefined || typeof canary === 'string') return { kind: canary ?? 'own' }
  const { user, password = canary.password_file, database } = canary
  return {
    kind: 'role',
    user,
    ...(password === undefined ? {} : { password }),
    ...(database === undefined ? {} : { database }),
  }
}
