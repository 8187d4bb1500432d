import { whyHeld } from './moving.js'
import type { Move, Moment } from './move.js'
import { isStopped, send, wait } from './move.js'
import { linodeIdsOf } from './facts.js'
import type { Observation } from './observation.js'
import { knownOf } from './observation.js'

/** Postgres must be seen up for so long. */
const STEADY_MS = 60_000

/**
 * Starts it: by the frozen uid where the Deployment is there, by creating the saved manifest where it is not. Safe to repeat
 * without end, as the server refuses the second of two (409 for a stale resourceVersion, 409 for a name that exists).
 */
export function start(moment: Moment): Move {
  const { run, now } = moment
  const { facts } = run.plan
  const deployment = knownOf(now.deployment)
  if (deployment === undefined) return wait(moment, 'start', 'the Deployment cannot be read')
  if (deployment !== 'absent' && deployment.isDeleting) {
    return wait(moment, 'start', 'the Deployment is being deleted: what is applied now would vanish with it')
  }
  if (!isStopped(deployment)) return { kind: 'step done', step: 'start' }
  const held = whyHeld(moment) ?? whyVolumeElsewhere(moment)
  if (held !== undefined) return wait(moment, 'start', held, { afterMs: 15_000 })

  if (deployment === 'absent') {
    const replicaSets = knownOf(now.replicaSets)
    if (replicaSets?.length !== 0) {
      return wait(moment, 'start', 'a ReplicaSet of the deleted Deployment may be left')
    }
    return send(
      moment,
      'start',
      {
        verb: 'apply manifest',
        namespace: facts.namespace,
        name: facts.deploymentName,
        manifestDigest: facts.manifest.digest,
      },
      { max: Infinity },
    )
  }
  return send(
    moment,
    'start',
    {
      verb: 'scale to 1',
      namespace: facts.namespace,
      name: facts.deploymentName,
      uid: deployment.uid,
      resourceVersion: deployment.resourceVersion,
    },
    { max: Infinity },
  )
}

/** The volume must be free, or where the plan saw it: a pod elsewhere would wait for a volume that does not come. */
function whyVolumeElsewhere({ run, now }: Moment): string | undefined {
  const { facts } = run.plan
  const attachments = knownOf(now.attachments)
  if (attachments === undefined) return 'the VolumeAttachments cannot be read'
  const other = attachments.find(({ nodeName }) => !facts.nodes.some(({ name }) => name === nodeName))
  if (other !== undefined) return `the volume is attached to node ${other.nodeName}`
  if (facts.volume.linode === null) return undefined
  const volume = knownOf(now.volume)
  if (volume === undefined || volume === 'absent') return 'the volume cannot be read'
  if (volume.linodeId === null) {
    return facts.volume.csi === null ? 'the volume is on no Linode, and nobody would attach it' : undefined
  }
  return linodeIdsOf(facts).includes(volume.linodeId) ? undefined : `the volume is on Linode ${volume.linodeId}`
}

/** One Ready pod, and a Postgres that answers out of recovery, a full one too: the surge stays an incident. */
function isUp({ pods, postgres }: Observation): boolean {
  const on = knownOf(pods)
  const server = knownOf(postgres)
  if (on?.length !== 1 || !on.every(({ isReady, isTerminating }) => isReady && !isTerminating)) return false
  return server?.kind === 'full' || (server?.kind === 'login' && !server.isInRecovery)
}

export function verify(moment: Moment): Move {
  const { run, now } = moment
  const deployment = knownOf(now.deployment)
  if (deployment === undefined) return wait(moment, 'verify', 'the Deployment cannot be read')
  if (deployment === 'absent' || deployment.replicas === 0 || deployment.isDeleting) {
    return { kind: 'halt', because: 'the Deployment was scaled down or deleted while it was verified' }
  }
  const running = (knownOf(now.pods) ?? []).filter(({ isTerminating }) => !isTerminating)
  if (running.length > 1) {
    return { kind: 'halt', because: `two pods on the claim: ${running.map(({ name }) => name).join(', ')}` }
  }
  if (!isUp(now)) {
    if (run.upSince !== undefined) return { kind: 'note', note: 'not up' }
    return wait(moment, 'verify', whyNotUp(now))
  }
  if (run.upSince === undefined) return { kind: 'note', note: 'up' }
  return now.at - run.upSince >= STEADY_MS
    ? { kind: 'step done', step: 'verify' }
    : { kind: 'observe', afterMs: 5_000, until: run.upSince + STEADY_MS, because: 'Postgres is up; for a minute?' }
}

function whyNotUp({ pods, postgres }: Observation): string {
  const on = knownOf(pods)
  if (on?.length !== 1) return on === undefined ? 'the pods cannot be read' : `${on.length} pods are on the claim`
  if (on.some(({ isReady }) => !isReady)) {
    return knownOf(postgres)?.kind === 'starting' ? 'Postgres is starting, or replaying' : 'the pod is not Ready'
  }
  const server = knownOf(postgres)
  if (server === undefined) return 'nothing is known of Postgres'
  return server.kind === 'down' ? `Postgres does not answer: ${server.detail}` : 'Postgres is starting or in recovery'
}

/** Clears our record; one that is another run's by now is not ours to clear. */
export function close(moment: Moment): Move {
  const recorded = knownOf(moment.now.record)
  if (recorded === 'absent' || recorded === 'another run') return { kind: 'done' }
  if (recorded === undefined) return wait(moment, 'close', 'the record cannot be read')
  return send(moment, 'close', { verb: 'clear record' })
}
