import { proofOfDeath } from './death.js'
import type { Move, Moment } from './move.js'
import { DETACH_FRESH_MS, isOverdue, isStopped, send, sendPermitted, wait } from './move.js'
import { knownOf } from './observation.js'
import { RELEASE_OF_DEAD_NODE_MS, STEPS } from './step.js'

/** Mode B: deletes the stopped Deployment by its uid, after the gate, and waits for 404 and the last of its ReplicaSets. */
export function remove(moment: Moment): Move {
  const { run, now } = moment
  const { facts } = run.plan
  const deployment = knownOf(now.deployment)
  if (deployment === undefined) return wait(moment, 'delete', 'the Deployment cannot be read')
  if (deployment === 'absent') {
    return knownOf(now.replicaSets)?.length === 0
      ? { kind: 'step done', step: 'delete' }
      : wait(moment, 'delete', 'a ReplicaSet of the deleted Deployment is left')
  }
  if (deployment.isDeleting) return wait(moment, 'delete', 'the Deployment is being deleted')
  const held = whyHeld(moment)
  if (held !== undefined) return wait(moment, 'delete', held, { afterMs: 15_000 })
  return send(moment, 'delete', {
    verb: 'delete deployment',
    namespace: facts.namespace,
    name: facts.deploymentName,
    uid: deployment.uid,
    resourceVersion: deployment.resourceVersion,
  })
}

/**
 * Waits for CSI to let the volume go. By hand only with a permission for this very POST, and only when nothing could still be
 * writing: no VolumeAttachment, no pod, 0 replicas at the generation the stop left, proof of death. Linode asks none of this.
 */
export function release(moment: Moment): Move {
  const { run, now } = moment
  const { facts } = run.plan
  const isBringBack = run.isAborting || facts.mode === 'bring back'
  const attachments = knownOf(now.attachments)
  const volume = facts.volume.linode === null ? null : knownOf(now.volume)
  const done: Move = { kind: 'step done', step: 'release' }
  if (attachments?.length === 0 && volume === null) return done
  if (attachments === undefined || volume === undefined || volume === 'absent') {
    return wait(moment, 'release', 'where the volume is cannot be read')
  }
  if (attachments.length === 0 && volume?.linodeId === null) return done

  const limitMs = areNodesReady(moment) ? STEPS.release.limitMs : RELEASE_OF_DEAD_NODE_MS
  if (attachments.length > 0 || volume === null || volume.linodeId === null) {
    // Only brought back, it may stay where it was: CSI finds it attached to that node, and the start checks that it is.
    if (isBringBack && isOverdue(moment, limitMs)) return done
    return wait(moment, 'release', `VolumeAttachment ${attachments[0]?.name ?? ''} is still there`, { limitMs })
  }

  const on = volume.linodeId
  const because = `the VolumeAttachment is gone and the volume is still on Linode ${on}`
  if (on !== facts.volume.linode?.linodeId) return wait(moment, 'release', because, { limitMs })
  const held = whyHeld(moment) ?? whyRestarted(moment)
  if (held !== undefined) {
    return wait(moment, 'release', `${because}; no detach: ${held}`, { limitMs, afterMs: 15_000 })
  }
  const asked = sendPermitted(
    moment,
    'release',
    'detach by hand',
    { verb: 'detach volume', volumeId: volume.volumeId, linodeId: on },
    because,
    DETACH_FRESH_MS,
  )
  if (asked.kind !== 'ask') return asked
  if (isBringBack && isOverdue(moment, limitMs)) return done
  return wait(moment, 'release', because, { limitMs, ask: 'detach by hand' })
}

/** Outside CSI only: puts the volume back where the plan saw it. To another Linode it goes by a new plan. */
export function attach(moment: Moment): Move {
  const { run, now } = moment
  const target = run.plan.facts.volume.linode?.linodeId ?? null
  const volume = knownOf(now.volume)
  if (run.plan.facts.volume.linode === null) return { kind: 'step done', step: 'attach' }
  if (volume === undefined || volume === 'absent') return wait(moment, 'attach', 'the volume cannot be read')
  if (target === null) {
    return { kind: 'ask', step: 'attach', ask: 'person', because: 'the plan knows no Linode to attach to' }
  }
  if (volume.linodeId === target) {
    return volume.ioReady === false
      ? wait(moment, 'attach', 'the volume is not ready yet')
      : { kind: 'step done', step: 'attach' }
  }
  if (volume.linodeId !== null) return { kind: 'halt', because: `the volume is on Linode ${volume.linodeId}` }
  const held = whyHeld(moment)
  if (held !== undefined) return wait(moment, 'attach', held, { afterMs: 15_000 })
  const instance = knownOf(now.instances)?.find(({ linodeId }) => linodeId === target)
  if (instance?.status !== 'running') {
    return wait(moment, 'attach', `Linode ${target} is not known to run, and takes no volume so`)
  }
  return send(moment, 'attach', { verb: 'attach volume', volumeId: volume.volumeId, linodeId: target })
}

/** Why nothing may be done to the volume or the Deployment; undefined when it is stopped and proven dead as of this look. */
export function whyHeld({ run, earlier, now }: Moment): string | undefined {
  const deployment = knownOf(now.deployment)
  if (deployment === undefined) return 'the Deployment cannot be read'
  if (!isStopped(deployment)) return 'the Deployment is not at 0'
  const death = proofOfDeath(run.plan.facts, earlier, now)
  return death.proven ? undefined : `not proven dead: ${death.because.join('; ')}`
}

/** Whether anybody scaled it since the stop: at another generation its 0 replicas may be on their way to 1. */
function whyRestarted({ run, now }: Moment): string | undefined {
  const deployment = knownOf(now.deployment)
  if (deployment === undefined) return 'the Deployment cannot be read'
  if (deployment === 'absent') return undefined
  const { facts } = run.plan
  const frozen = facts.deployment === 'absent' ? undefined : facts.deployment.generation
  const recorded = facts.mode === 'bring back' ? frozen : run.stoppedGeneration
  return deployment.generation === recorded ? undefined : 'the Deployment was changed since the stop'
}

function areNodesReady({ run, now }: Moment): boolean {
  const nodes = knownOf(now.nodes) ?? []
  return run.plan.facts.nodes.every(({ uid }) => nodes.some((node) => node.uid === uid && node.isReady))
}
