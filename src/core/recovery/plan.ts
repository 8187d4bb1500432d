import type { Facts } from './facts.js'
import type { Permission, StepId } from './step.js'
import { stepsOf } from './step.js'

/** What people approve. Its hash is the SHA-256 of {@link canonicalText}; anything else that matters later is read afresh. */
export type Plan = {
  readonly run: string
  readonly facts: Facts
  readonly steps: readonly StepId[]
  readonly permissions: readonly Permission[]
  /** Names of the checks that are overridden. */
  readonly overrides: readonly string[]
  readonly requestedBy: string
  readonly botVersion: string
  /** Epoch ms; an approval is worth nothing from then on, until the first effect. */
  readonly expiresAt: number
}

/** Draws up a plan: the steps follow from the facts. Permissions and overrides are sets, so their order is fixed here. */
export function planOf(terms: Omit<Plan, 'steps'>): Plan {
  return {
    ...terms,
    steps: stepsOf(terms.facts),
    permissions: [...new Set(terms.permissions)].sort(),
    overrides: [...new Set(terms.overrides)].sort(),
  }
}

/**
 * The text whose SHA-256 is the plan's hash: JSON with every key written here by hand, in this order, so a field that is not
 * named here cannot void an approval, and lists sorted by identity, so the order of an answer cannot either.
 */
export function canonicalText(plan: Plan): string {
  const { facts } = plan
  const { volume } = facts
  return JSON.stringify([
    'lifeguard plan 1',
    ['run', plan.run],
    ['bot', plan.botVersion],
    ['requested by', plan.requestedBy],
    ['expires at', plan.expiresAt],
    ['server', facts.server],
    ['mode', facts.mode],
    ['adopts', facts.adopts],
    [
      'deployment',
      facts.namespace,
      facts.deploymentName,
      facts.deployment === 'absent'
        ? 'absent'
        : [
            facts.deployment.uid,
            facts.deployment.generation,
            facts.deployment.specDigest,
            facts.deployment.replicas,
            facts.deployment.strategy,
          ],
    ],
    ['pods', facts.pods.map(({ name, uid, nodeName, graceMs }) => [uid, name, nodeName, graceMs]).sort(byFirst)],
    ['claim', facts.claim.name, facts.claim.uid],
    ['persistent volume', volume.persistentVolume, volume.persistentVolumeUid],
    ['csi', volume.csi === null ? null : [volume.csi.driver, volume.csi.handle]],
    [
      'volume',
      volume.linode === null
        ? null
        : [volume.linode.volumeId, volume.linode.label, volume.linode.region, volume.linode.linodeId],
    ],
    ['nodes', facts.nodes.map(({ name, uid, bootId, linodeId }) => [uid, name, bootId, linodeId]).sort(byFirst)],
    ['manifest', facts.manifest.digest, facts.manifest.specDigest, facts.manifest.source, facts.manifest.image],
    ['bot node', facts.botNode],
    ['steps', ...plan.steps],
    ['permissions', ...plan.permissions],
    ['overrides', ...plan.overrides],
  ])
}

function byFirst(a: readonly unknown[], b: readonly unknown[]): number {
  return String(a[0]) < String(b[0]) ? -1 : 1
}
