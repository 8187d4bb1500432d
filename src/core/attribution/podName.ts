import type { Sighting } from './picture.js'

/** Postgres cuts `application_name` to so many bytes (NAMEDATALEN - 1). */
const APPLICATION_NAME_BYTES = 63

/** Kinds whose pods get a random suffix that no other pod ever has. A StatefulSet's or a person's name comes again. */
const NAMED_ONCE: readonly string[] = ['Deployment', 'ReplicaSet', 'DaemonSet', 'Job', 'ReplicationController']

/**
 * The pod names that an `application_name` may hold: what is left between characters no pod name can have. A last piece that
 * reaches Postgres' limit may have been cut (`…-10` to `…-1`) and is left out.
 */
export function namesIn(applicationName: string): readonly string[] {
  if (applicationName === '') return []
  const pieces = applicationName.split(/[^a-z0-9.-]+/)
  const whole = applicationName.length >= APPLICATION_NAME_BYTES ? pieces.slice(0, -1) : pieces
  return [...new Set(whole.filter((piece) => /^[a-z0-9].*[a-z0-9]$/.test(piece)))]
}

/** PgBouncer's `application_name_add_host`: the session is the pooler's own, whatever client it spoke for last. */
export function isAddedByPooler(applicationName: string): boolean {
  const isCut = applicationName.length >= APPLICATION_NAME_BYTES
  return isCut ? applicationName.includes(' - ') : / - \S+:\d+$/.test(applicationName)
}

/** Whether a pod of this name was made by a controller that gives no name twice. */
export function isNamedOnce(name: string, kind: string | undefined): boolean {
  return kind !== undefined && NAMED_ONCE.includes(kind) && /-[a-z0-9]{5}$/.test(name)
}

/** The sightings of that name whose pod's name comes only once. */
export function namedOnce(sightings: readonly Sighting[]): readonly Sighting[] {
  return sightings.filter(({ podName, workload }) => isNamedOnce(podName, workload?.kind))
}
