import type { PodPhase } from '../../core/attribution/picture.js'
import type {
  SeenAutoscaler,
  SeenDeployment,
  SeenPod,
  SeenReplicaSet,
  SeenWarning,
} from '../../ports/recoveryObjects.js'
import { managersOf } from './recoveryManagers.js'
import { manifestOf, sha256Of, specSha256Of } from './recoveryManifest.js'
import { ageOf, asOf, controllerOf, endingOf, exactly, isText, timeOf } from './recoveryMeta.js'
import type { RawAutoscaler, RawDeployment, RawEvent, RawPod, RawPodSpec, RawReplicaSet } from './recoveryRaw.js'

const DEFAULT_GRACE_SECONDS = 30

/* Each takes an object as it came and answers null when it makes no sense; `serverNow` is epoch ms. */

export function deploymentOf(raw: RawDeployment): SeenDeployment | null {
  const identity = asOf(raw)
  const manifest = manifestOf(raw)
  const { spec, status, metadata } = raw
  if (identity === null || manifest === null || spec?.template?.spec === undefined) return null
  const pod = spec.template.spec
  return {
    ...identity,
    ...endingOf(raw),
    generation: metadata?.generation ?? 0,
    observedGeneration: status?.observedGeneration ?? null,
    replicas: spec.replicas ?? 0,
    podCounts: {
      all: status?.replicas ?? 0,
      updated: status?.updatedReplicas ?? 0,
      ready: status?.readyReplicas ?? 0,
    },
    strategy: spec.strategy?.type ?? '',
    isPaused: spec.paused === true,
    claims: claimsOf(pod, undefined),
    graceSeconds: pod.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS,
    images: [...(pod.initContainers ?? []), ...(pod.containers ?? [])].map((container) => ({
      container: container.name ?? '',
      image: container.image ?? '',
      pullPolicy: container.imagePullPolicy ?? null,
    })),
    managers: managersOf(metadata ?? {}),
    manifest,
    manifestSha256: sha256Of(manifest),
    specSha256: specSha256Of(raw),
  }
}

export function replicaSetOf(raw: RawReplicaSet): SeenReplicaSet | null {
  const identity = exactly(raw)
  if (identity === null) return null
  const revision = raw.metadata?.annotations?.['deployment.kubernetes.io/revision'] ?? ''
  return {
    ...identity,
    ...endingOf(raw),
    replicas: raw.spec?.replicas ?? 0,
    pods: raw.status?.replicas ?? 0,
    revision: /^\d{1,15}$/.test(revision) ? Number(revision) : null,
  }
}

const PHASES: ReadonlySet<string> = new Set<PodPhase>(['Pending', 'Running', 'Succeeded', 'Failed'])

export function podOf(raw: RawPod, serverNow: number): SeenPod | null {
  const identity = asOf(raw)
  const { spec = {}, status = {}, metadata = {} } = raw
  if (identity === null) return null
  const { phase = 'Pending' } = status
  const containers = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])]
  return {
    ...identity,
    ...endingOf(raw),
    owner: controllerOf(metadata),
    node: isText(spec.nodeName) ? spec.nodeName : null,
    phase: PHASES.has(phase) ? (phase as PodPhase) : 'Unknown',
    isReady: (status.conditions ?? []).some((each) => each.type === 'Ready' && each.status === 'True'),
    claims: claimsOf(spec, identity.name),
    ageMs: ageOf(metadata.creationTimestamp, serverNow),
    graceSeconds: spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS,
    waitingFor: containers.flatMap(({ state }) => (isText(state?.waiting?.reason) ? [state.waiting.reason] : [])),
    restarts: containers.reduce((sum, { restartCount = 0 }) => sum + restartCount, 0),
  }
}

/** A generic ephemeral volume is a claim named from the pod and the volume; a template has no pod yet. */
function claimsOf({ volumes }: RawPodSpec, pod: string | undefined): readonly string[] {
  const claims = (volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }) => {
    if (isText(persistentVolumeClaim?.claimName)) return [persistentVolumeClaim.claimName]
    return ephemeral === undefined || ephemeral === null || pod === undefined ? [] : [`${pod}-${name ?? ''}`]
  })
  return [...new Set(claims)]
}

export function warningOf(raw: RawEvent, serverNow: number): SeenWarning | null {
  const { involvedObject: pod, series, count, lastTimestamp, eventTime, metadata } = raw
  if (!isText(pod?.name)) return null
  // The zero time of Go means that the reporter writes the other field.
  const last = [series?.lastObservedTime, lastTimestamp, eventTime, metadata?.creationTimestamp].find(
    (each) => (timeOf(each) ?? 0) > 0,
  )
  return {
    pod: pod.name,
    podUid: pod.uid ?? '',
    reason: raw.reason ?? '',
    message: raw.message ?? '',
    count: series?.count ?? count ?? 1,
    ageMs: ageOf(last, serverNow),
  }
}

export function autoscalerOf({ metadata, spec }: RawAutoscaler): SeenAutoscaler | null {
  const { kind, name } = spec?.scaleTargetRef ?? {}
  if (!isText(metadata?.name) || !isText(kind) || !isText(name)) return null
  return { name: metadata.name, target: { kind, name } }
}
