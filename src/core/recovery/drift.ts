import type { Facts } from './facts.js'

/** One frozen fact that is not so any more. */
export type Drift = { readonly what: string; readonly planned: string; readonly now: string }

/**
 * What changed between the plan and now, of what the plan's hash binds; empty: nothing, so approvals stand. Both are facts of
 * the same server, drawn up the same way. Any drift voids the approvals.
 */
export function driftOf(planned: Facts, now: Facts): readonly Drift[] {
  const before = named(planned)
  const after = named(now)
  const whats = [...new Set([...before.keys(), ...after.keys()])]
  return whats
    .map((what) => ({ what, planned: before.get(what) ?? 'none', now: after.get(what) ?? 'none' }))
    .filter((fact) => fact.planned !== fact.now)
}

/** Every bound fact by a name that a person can place. Pods and nodes by their names: a new uid shows as a change of that pod. */
function named(facts: Facts): ReadonlyMap<string, string> {
  const { deployment, volume, manifest } = facts
  const pairs: readonly (readonly [string, string | number | null | undefined])[] = [
    ['mode', facts.mode],
    ['namespace', facts.namespace],
    ['deployment', facts.deploymentName],
    ...(deployment === 'absent'
      ? [['deployment uid', 'absent'] as const]
      : ([
          ['deployment uid', deployment.uid],
          ['deployment generation', deployment.generation],
          ['deployment spec', deployment.specDigest],
          ['deployment replicas', deployment.replicas],
          ['deployment strategy', deployment.strategy],
        ] as const)),
    ...facts.pods.map(
      ({ name, uid, nodeName, graceMs }) => [`pod ${name}`, `${uid} on ${nodeName}, ${graceMs} ms`] as const,
    ),
    ['claim', `${facts.claim.name} ${facts.claim.uid}`],
    ['persistent volume', `${volume.persistentVolume} ${volume.persistentVolumeUid}`],
    ['csi handle', volume.csi === null ? null : `${volume.csi.driver} ${volume.csi.handle}`],
    [
      'volume',
      volume.linode === null ? null : `${volume.linode.volumeId} ${volume.linode.label} ${volume.linode.region}`,
    ],
    ['volume’s Linode', volume.linode?.linodeId],
    ...facts.nodes.map(({ name, uid, bootId, linodeId }) => [`node ${name}`, `${uid} ${bootId} ${linodeId}`] as const),
    ['manifest', `${manifest.digest} ${manifest.specDigest}`],
    ['manifest source', manifest.source],
    ['image', manifest.image],
    ['bot’s node', facts.botNode],
    ['adopted run', facts.adopts],
  ]
  return new Map(pairs.map(([what, value]) => [what, String(value ?? 'none')]))
}
