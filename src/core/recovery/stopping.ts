import { isAnswering, isOff, proofOfDeath, READS_APART_MS } from './death.js'
import { linodeIdsOf } from './facts.js'
import type { Move, Moment } from './move.js'
import { intended, isOverdue, isStopped, MAX_ATTEMPTS, send, sendPermitted, wait } from './move.js'
import type { PodSeen } from './observation.js'
import { knownOf } from './observation.js'
import { STEPS } from './step.js'

export function record(moment: Moment): Move {
  const saved = knownOf(moment.now.record)
  if (saved === 'saved') return { kind: 'step done', step: 'record' }
  if (saved === 'another run') return { kind: 'halt', because: 'another run is recorded in the cluster' }
  return send(moment, 'record', { verb: 'save record' })
}

/**
 * Scales to 0. At the frozen generation nobody, we included, has changed the Deployment: it may be sent (again). At another one
 * our request or somebody else's has: what is seen then decides, and never a second request.
 */
export function stop(moment: Moment): Move {
  const { run, now } = moment
  const { facts } = run.plan
  const deployment = knownOf(now.deployment)
  const tried = intended(run, 'scale to 0')
  if (deployment === undefined || facts.deployment === 'absent') return wait(moment, 'stop', 'there is no Deployment')
  if (deployment === 'absent') {
    return tried !== undefined && facts.mode === 'B'
      ? { kind: 'step done', step: 'stop' }
      : { kind: 'halt', because: 'the Deployment is gone' }
  }
  if (tried === undefined && deployment.generation !== facts.deployment.generation) {
    return { kind: 'halt', because: 'the Deployment was changed after the plan; nothing was done to it' }
  }
  if (deployment.isDeleting) return wait(moment, 'stop', 'somebody is deleting the Deployment')
  if (deployment.replicas === 0) {
    return deployment.observedGeneration >= deployment.generation
      ? { kind: 'step done', step: 'stop', generation: deployment.generation }
      : wait(moment, 'stop', 'the controller has not seen the 0 replicas yet')
  }
  if (tried !== undefined && tried.seq < run.resumedSeq) {
    // It may be well since: another executor's intent is no reason to stop what runs now (table 5.4, second row).
    return goOnOnlyIfWell(moment, 'the stop of an earlier executor is not to be seen')
  }
  if (deployment.generation !== facts.deployment.generation) {
    return goOnOnlyIfWell(moment, 'somebody scaled it up again')
  }
  return send(moment, 'stop', {
    verb: 'scale to 0',
    namespace: facts.namespace,
    name: facts.deploymentName,
    uid: facts.deployment.uid,
    resourceVersion: deployment.resourceVersion,
  })
}

/**
 * Postgres is scaled up, and not by us. Nothing more is stopped, deleted or moved: with a Ready pod it is verified and the run
 * closed; without one by the time the verification has, somebody must say what they want.
 */
export function goOnOnlyIfWell(moment: Moment, because: string): Move {
  const pods = knownOf(moment.now.pods)
  if (pods?.length === 1 && pods.every(({ isReady, isTerminating }) => isReady && !isTerminating)) {
    return { kind: 'step done', step: 'start' }
  }
  const { limitMs } = STEPS.verify
  return isOverdue(moment, limitMs)
    ? { kind: 'halt', because: `${because}, and no pod became Ready` }
    : wait(moment, 'verify', because)
}

export function podsGone(moment: Moment): Move {
  const { run, now } = moment
  const pods = knownOf(now.pods) ?? []
  if (pods.length === 0) return { kind: 'step done', step: 'pods gone' }
  const graceMs = Math.max(0, ...run.plan.facts.pods.map((pod) => pod.graceMs))
  const limitMs = graceMs + STEPS['pods gone'].limitMs
  const stays = `${pods.map(({ name }) => name).join(', ')} is still on the claim`
  if (!isOverdue(moment, limitMs)) return wait(moment, 'pods gone', stays, { limitMs })

  const tried = triedPods(moment)
  const stuck = pods.find(({ uid }) => !tried.has(uid)) ?? pods[0]
  return stuck === undefined ? { kind: 'step done', step: 'pods gone' } : pastStuckPod(moment, stuck)
}

/** Uids of pods that were sent a forced deletion as often as it is tried. */
function triedPods({ run }: Moment): ReadonlySet<string> {
  const uids = run.intents.flatMap(({ act }) => (act.verb === 'force delete pod' ? [act.uid] : []))
  return new Set(uids.filter((uid) => uids.filter((other) => other === uid).length >= MAX_ATTEMPTS))
}

/**
 * A pod that does not go. It is only ever removed from the API by force, which asks no node and stops no process: so the node
 * must answer, and let go at the gate, or be off. Where it does neither it is fenced first.
 */
function pastStuckPod(moment: Moment, pod: PodSeen): Move {
  const { facts } = moment.run.plan
  const person = (because: string): Move => ({ kind: 'ask', step: 'pods gone', ask: 'person', because })
  if (!facts.pods.some(({ uid }) => uid === pod.uid)) return person(`${pod.name} is not a pod of the plan`)
  if (!pod.isTerminating) return person(`${pod.name} is not being stopped`)
  if (pod.finalizers.length > 0) return person(`${pod.name} is held by ${pod.finalizers.join(', ')}`)
  const node = facts.nodes.find(({ name }) => name === pod.nodeName)
  if (node === undefined) return person(`${pod.name} is on no node of the plan`)

  if (isAnswering(node, moment.earlier, moment.now) || areLinodesOff(moment)) {
    return sendPermitted(
      moment,
      'pods gone',
      'force delete',
      { verb: 'force delete pod', namespace: facts.namespace, name: pod.name, uid: pod.uid },
      `${pod.name} does not stop`,
    )
  }
  if (!areReadsApart(moment)) return lookAgain(`whether node ${node.name} answers takes a second read`)
  return fence(moment, 'pods gone', `${pod.name} does not stop and node ${node.name} does not answer`)
}

export function gate(moment: Moment): Move {
  const { run, earlier, now } = moment
  const deployment = knownOf(now.deployment)
  if (deployment === undefined || !isStopped(deployment)) {
    return wait(moment, 'gate', 'the Deployment is not known to be at 0')
  }
  const death = proofOfDeath(run.plan.facts, earlier, now)
  if (death.proven) return { kind: 'step done', step: 'gate' }
  const because = `not proven dead: ${death.because.join('; ')}`
  if (!isOverdue(moment, STEPS.gate.limitMs)) return wait(moment, 'gate', because)
  if (!areReadsApart(moment)) return lookAgain(because)
  return fence(moment, 'gate', because)
}

/** Shuts down a Linode that may still run the postmaster: never the bot's own, and one that is known to run. */
function fence(moment: Moment, step: 'pods gone' | 'gate', because: string): Move {
  const { facts } = moment.run.plan
  const person = (why: string): Move => ({ kind: 'ask', step, ask: 'person', because: `${because}; ${why}` })
  const instances = knownOf(moment.now.instances)
  if (instances === undefined) return person('its Linode cannot be read')
  const linodeId = linodeIdsOf(facts).find((id) => !isOff(id, moment.now))
  if (linodeId === undefined) return person('its Linode is off')
  if (!instances.some((instance) => instance.linodeId === linodeId)) {
    return person(`Linode ${linodeId} cannot be read`)
  }
  const own = knownOf(moment.now.nodes)?.find(({ name }) => name === facts.botNode)
  if (facts.botNode !== null && (own === undefined || own.linodeId === null || own.linodeId === linodeId)) {
    return person('it may be the machine the bot runs on, which is never shut down')
  }
  return sendPermitted(moment, step, 'fence', { verb: 'shut down instance', linodeId }, because)
}

function areLinodesOff({ run, now }: Moment): boolean {
  const ids = linodeIdsOf(run.plan.facts)
  return ids.length > 0 && ids.every((id) => isOff(id, now))
}

function areReadsApart({ earlier, now }: Moment): boolean {
  return earlier !== undefined && now.at - earlier.at >= READS_APART_MS
}

function lookAgain(because: string): Move {
  return { kind: 'observe', afterMs: READS_APART_MS, because }
}
