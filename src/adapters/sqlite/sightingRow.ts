import { isIP } from 'node:net'
import type { Row, Value } from '@libsql/client'
import type { Rollout, Sighting, Workload } from '../../core/attribution/picture.js'

/** In the order of `valuesOf`; the key first. */
export const COLUMNS = [
  'address',
  'pod_uid',
  'pod_name',
  'workload_namespace',
  'workload_kind',
  'workload_name',
  'rollout_name',
  'rollout_revision',
  'rollout_created_at',
  'pod_created_at',
  'first_seen_at',
  'last_seen_at',
] as const

type Column = (typeof COLUMNS)[number]

/** A row's values. Throws TypeError for a time that is not whole milliseconds: JSON would make it null, or round it. */
export function valuesOf(sighting: Sighting): readonly (string | number | null)[] {
  const { workload, rollout, podCreatedAt, firstSeenAt, lastSeenAt } = sighting
  const numbers = [podCreatedAt, firstSeenAt, lastSeenAt, rollout?.createdAt ?? 0, rollout?.revision ?? 0]
  const wrong = numbers.find((number) => !Number.isSafeInteger(number))
  if (wrong !== undefined) throw new TypeError(`a sighting's times and revision are whole numbers, not ${wrong}`)
  return [
    sighting.address,
    sighting.podUid,
    sighting.podName,
    workload?.namespace ?? null,
    workload?.kind ?? null,
    workload?.name ?? null,
    rollout?.name ?? null,
    rollout?.revision ?? null,
    rollout?.createdAt ?? null,
    podCreatedAt,
    firstSeenAt,
    lastSeenAt,
  ]
}

/** `undefined` for a row that `valuesOf` did not write. */
export function sightingOf(row: Row): Sighting | undefined {
  const text = (column: Column): string | undefined => textOf(row[column])
  const address = text('address')
  const podUid = text('pod_uid')
  const podName = text('pod_name')
  const podCreatedAt = wholeOf(row['pod_created_at'])
  const firstSeenAt = wholeOf(row['first_seen_at'])
  const lastSeenAt = wholeOf(row['last_seen_at'])
  if (address === undefined || isIP(address) === 0 || podUid === undefined || podName === undefined) return undefined
  if (podCreatedAt === undefined || firstSeenAt === undefined || lastSeenAt === undefined) return undefined
  const [workload, rollout] = [workloadOf(row), rolloutOf(row)]
  if (workload === undefined || rollout === undefined) return undefined
  return { address, podUid, podName, workload, rollout, podCreatedAt, firstSeenAt, lastSeenAt }
}

function workloadOf(row: Row): Workload | null | undefined {
  const values = [row['workload_namespace'], row['workload_kind'], row['workload_name']]
  if (values.every((value) => value === null)) return null
  const [namespace, kind, name] = values.map(textOf)
  return namespace === undefined || kind === undefined || name === undefined ? undefined : { namespace, kind, name }
}

function rolloutOf(row: Row): Rollout | null | undefined {
  if (row['rollout_name'] === null) return null
  const name = textOf(row['rollout_name'])
  const createdAt = wholeOf(row['rollout_created_at'])
  const revision = row['rollout_revision'] === null ? null : wholeOf(row['rollout_revision'])
  return name === undefined || createdAt === undefined || revision === undefined
    ? undefined
    : { name, revision, createdAt }
}

function textOf(value: Value | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function wholeOf(value: Value | undefined): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined
}
