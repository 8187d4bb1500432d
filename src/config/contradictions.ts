import { BUILT_IN_RULES } from '../core/watch/assess.js'
import { tlsContradictions } from './certificates.js'
import type { WatchDefaults } from './defaults.js'
import { noDataTooSoon } from './oneServer.js'
import { longestPauseMs, schedule } from './schedule.js'
import { noDataAfter } from './settings.js'
import { canClear, threshold } from './threshold.js'
import type { Path } from './yamlSource.js'

type Contradiction = { readonly path: Path; readonly message: string }
type Mapping = Readonly<Record<string, unknown>>

/**
 * What the fields of a file say against each other. Works on the raw content, so that it is told together with the
 * problems of single fields; whatever has the wrong shape is passed over here and told there.
 */
export function contradictionsIn(content: unknown, defaults: WatchDefaults): readonly Contradiction[] {
  const servers = entries(mapping(content)['servers'])
  const cluster = mapping(mapping(content)['cluster'])
  return [
    ...duplicates(servers, ['servers'], 'server'),
    ...servers.flatMap(({ value, index }) => inServer(value, ['servers', index], defaults)),
    ...duplicates(entries(cluster['poolers']), ['cluster', 'poolers'], 'pooler'),
    ...duplicates(entries(cluster['known_hosts']), ['cluster', 'known_hosts'], 'known host'),
  ]
}

function inServer(server: Mapping, path: Path, defaults: WatchDefaults): readonly Contradiction[] {
  const rules = entries(server['rules'])
  const tlsField = { mode: 'sslmode', rootCert: 'sslrootcert', cert: 'sslcert', key: 'sslkey' } as const
  const tls = tlsContradictions({
    mode: text(server['sslmode']),
    rootCert: text(server['sslrootcert']),
    hasCert: server['sslcert'] !== undefined,
    hasKey: server['sslkey'] !== undefined,
  })
  const canary = mapping(server['canary'])
  return [
    ...twoPasswords(server, path),
    ...twoPasswords(canary, [...path, 'canary']),
    ...tls.map(({ about, message }) => ({ path: [...path, tlsField[about]], message })),
    ...duplicates(rules, [...path, 'rules'], 'rule'),
    ...rules.flatMap(({ value, index }) => [
      ...builtInName(value, [...path, 'rules', index]),
      ...emptyMatchers(value, [...path, 'rules', index]),
      ...notClearing(value, [...path, 'rules', index]),
    ]),
    ...duplicates(entries(server['services']), [...path, 'services'], 'service'),
    ...tooSoon(server, path, defaults),
  ]
}

function twoPasswords(fields: Mapping, path: Path): readonly Contradiction[] {
  const hasBoth = fields['password'] !== undefined && fields['password_file'] !== undefined
  return hasBoth ? [{ path: [...path, 'password_file'], message: 'stands beside password: keep one of them' }] : []
}

function duplicates(items: readonly Item[], path: Path, kind: string): readonly Contradiction[] {
  const names = items.map(({ value }) => text(value['name']))
  return items.flatMap(({ index }, i) => {
    const name = names[i]
    const first = name === undefined ? -1 : names.indexOf(name)
    if (first < 0 || first === i) return []
    return [
      {
        path: [...path, index, 'name'],
        message: `is the name of another ${kind} too (the ${ordinal(first)} in the list): expected one that is unique`,
      },
    ]
  })
}

/** Tracks and reasons go by a rule's name: two of one name would be one. */
function builtInName(rule: Mapping, path: Path): readonly Contradiction[] {
  const name = text(rule['name'])
  if (name === undefined || !BUILT_IN_RULES.includes(name)) return []
  return [{ path: [...path, 'name'], message: 'is the name of a built-in rule: expected another one, such as site' }]
}

function emptyMatchers(rule: Mapping, path: Path): readonly Contradiction[] {
  const matchers: readonly unknown[] = Array.isArray(rule['match']) ? rule['match'] : []
  return matchers.flatMap((matcher, index) => {
    const isEmpty =
      matcher === '' || (typeof matcher === 'object' && matcher !== null && Object.keys(matcher).length === 0)
    if (!isEmpty) return []
    const message =
      'an empty matcher matches nothing: expected at least one of application, role, database and address, such as role: site'
    return [{ path: [...path, 'match', index], message }]
  })
}

function notClearing(rule: Mapping, path: Path): readonly Contradiction[] {
  const above = threshold.parse(text(rule['above']) ?? '')
  const clearBelow = threshold.parse(text(rule['clear_below']) ?? '')
  if (above === undefined || clearBelow === undefined || canClear(above, clearBelow)) return []
  return [
    {
      path: [...path, 'clear_below'],
      message:
        'expected at most what above says, in the same measure (a number for a number, a share for a share), such as above: 80% and clear_below: 70%',
    },
  ]
}

function tooSoon(server: Mapping, path: Path, defaults: WatchDefaults): readonly Contradiction[] {
  const times = schedule.parse(text(server['schedule']) ?? defaults.schedule)
  const afterText = text(server['no_data_after'])
  const afterMs = afterText === undefined ? defaults.noDataAfterMs : noDataAfter.parse(afterText)
  if (times === undefined || afterMs === undefined) return []
  const pauseMs = longestPauseMs(times)
  if (pauseMs === undefined || pauseMs < afterMs) return []
  return [
    { path: [...path, afterText === undefined ? 'schedule' : 'no_data_after'], message: noDataTooSoon(times, pauseMs) },
  ]
}

type Item = { readonly value: Mapping; readonly index: number }

function entries(value: unknown): readonly Item[] {
  return Array.isArray(value) ? value.map((item: unknown, index) => ({ value: mapping(item), index })) : []
}

function mapping(value: unknown): Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Mapping) : {}
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function ordinal(index: number): string {
  return ['first', 'second', 'third'][index] ?? `${index + 1}th`
}
