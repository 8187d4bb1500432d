import { isIP } from 'node:net'
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
export function sightingOf(row: readonly unknown[]): Sighting | undefined {
  const [address, podUid, podName, namespace, kind, workloadName, rolloutName, revision, rolloutCreatedAt, ...times] =
    row
  const [podCreatedAt, firstSeenAt, lastSeenAt] = times
  if (!isText(address) || isIP(address) === 0 || !isText(podUid) || !isText(podName)) return undefined
  if (!isWhole(podCreatedAt) || !isWhole(firstSeenAt) || !isWhole(lastSeenAt)) return undefined
  const workload = workloadOf(namespace, kind, workloadName)
  const rollout = rolloutOf(rolloutName, revision, rolloutCreatedAt)
  if (workload === undefined || rollout === undefined) return undefined
  return { address, podUid, podName, workload, rollout, podCreatedAt, firstSeenAt, lastSeenAt }
}

function workloadOf(namespace: unknown, kind: unknown, name: unknown): Workload | null | undefined {
  if (namespace === null && kind === null && name === null) return null
  return isText(namespace) && isText(kind) && isText(name) ? { namespace, kind, name } : undefined
}

function rolloutOf(name: unknown, revision: unknown, createdAt: unknown): Rollout | null | undefined {
  if (name === null && revision === null && createdAt === null) return null
  if (!isText(name) || !isWhole(createdAt) || !(revision === null || isWhole(revision))) return undefined
  return { name, revision, createdAt }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value)
}
