import { linodeIdsOf } from './facts.js'
import type { Observation } from './observation.js'
import { knownOf } from './observation.js'
import type { Run } from './run.js'

/**
 * What is seen that the plan rules out; undefined when nothing is. A part that could not be read contradicts nothing: the steps
 * wait for it. Each of these ends the run's own acts; *bring back* freezes the world as it is then.
 */
export function contradiction(run: Run, now: Observation): string | undefined {
  return againstDeployment(run, now) ?? againstPods(run, now) ?? againstVolume(run, now)
}

function againstDeployment(run: Run, now: Observation): string | undefined {
  const { facts } = run.plan
  const deployment = knownOf(now.deployment)
  if (deployment === undefined) return undefined
  if (deployment === 'absent') {
    // Mode B deletes it, and a bring back applies what is not there. In mode A nobody may have, and only a new plan may create.
    return facts.mode === 'A' ? 'the Deployment is gone, and not by this run' : undefined
  }
  const frozen = facts.deployment === 'absent' ? undefined : facts.deployment
  const isFrozen = deployment.uid === frozen?.uid
  const expected = isFrozen ? frozen.specDigest : facts.manifest.specDigest
  if (deployment.specDigest === expected) {
    // Recognised by its spec, a new object is only ever verified: it must be up already, as our acts name frozen uids.
    return isFrozen || deployment.replicas > 0 || deployment.isDeleting
      ? undefined
      : 'another Deployment of the same name stands at 0 replicas'
  }
  return isFrozen ? 'the Deployment’s spec was changed' : 'another Deployment of the same name is there'
}

function againstPods(run: Run, now: Observation): string | undefined {
  const { facts } = run.plan
  const deployment = knownOf(now.deployment)
  const owners = [
    ...(facts.deployment === 'absent' ? [] : [facts.deployment.uid]),
    ...(deployment === undefined || deployment === 'absent' ? [] : [deployment.uid]),
  ]
  const foreign = knownOf(now.pods)?.find(
    ({ uid, deploymentUid }) =>
      !facts.pods.some((planned) => planned.uid === uid) && (deploymentUid === null || !owners.includes(deploymentUid)),
  )
  return foreign === undefined ? undefined : `${foreign.name} is on the claim and not of this Deployment`
}

function againstVolume(run: Run, now: Observation): string | undefined {
  const { volume: planned } = run.plan.facts
  const volume = knownOf(now.volume)
  if (planned.linode === null || volume === undefined) return undefined
  if (volume === 'absent') return `Linode knows no volume ${planned.linode.volumeId}`
  const { volumeId, label, region } = planned.linode
  if (volume.volumeId !== volumeId || volume.label !== label || volume.region !== region) {
    return `volume ${volumeId} is not the one that was planned`
  }
  // Once Postgres is started, CSI attaches where the pod lands.
  if (run.doneSteps.includes('start') || volume.linodeId === null) return undefined
  const isStarting = run.intents.some(({ act }) => act.verb === 'scale to 1' || act.verb === 'apply manifest')
  return isStarting || linodeIdsOf(run.plan.facts).includes(volume.linodeId)
    ? undefined
    : `the volume is on Linode ${volume.linodeId}, which the plan does not name`
}
