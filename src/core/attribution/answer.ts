import type { Attribution, Because, Confidence, TracedPod } from './attribution.js'
import type { Pod, Sighting } from './picture.js'
import type { PictureIndex } from './pictureIndex.js'
import { lineageOf } from './rollouts.js'

/** The answer for a pod that is there. */
export function living(pod: Pod, index: PictureIndex, confidence: Confidence, because: Because): Attribution {
  const { workload, rollout, standing, isRolloutComplete } = lineageOf(pod, index.lineages)
  const traced = { name: pod.name, workload, rollout }
  const common = { pod: traced, isTerminating: pod.isTerminating, confidence, because }
  return standing === 'current'
    ? { kind: 'current rollout', ...common }
    : { kind: 'previous rollout', ...common, isRolloutComplete }
}

/** The answer for a pod that is gone; `seen` is undefined where it is not known which. */
export function orphan(seen: Sighting | undefined, confidence: Confidence, because: Because): Attribution {
  const pod: TracedPod | null =
    seen === undefined ? null : { name: seen.podName, workload: seen.workload, rollout: seen.rollout }
  return { kind: 'orphan', pod, goneSince: seen?.lastSeenAt ?? null, confidence, because }
}

/** No answer, and why. */
export function unknown(because: Because): Attribution {
  return { kind: 'unknown', confidence: 'none', because }
}

/** Of several pods that are there: none is named. */
export function ambiguous(pods: readonly Pod[]): Attribution {
  return unknown({ kind: 'ambiguous address', pods: [...new Set(pods.map(({ name }) => name))] })
}
