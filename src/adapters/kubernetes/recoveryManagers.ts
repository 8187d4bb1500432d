import type { Manager } from '../../ports/recoveryObjects.js'
import type { RawMeta } from './recoveryRaw.js'

/** Keys that a reconciler puts on what it keeps; a prefix ends in `/`. Source: their documentation. */
const KEYS: readonly (readonly [Manager['kind'], string])[] = [
  ['Argo CD', 'argocd.argoproj.io/'],
  ['Flux', 'kustomize.toolkit.fluxcd.io/'],
  ['Flux', 'helm.toolkit.fluxcd.io/'],
  ['Helm', 'meta.helm.sh/'],
  ['label', 'app.kubernetes.io/managed-by'],
]

/** Who wrote to it by reconciling; `kubectl` and Kubernetes' own are no news. */
const FIELD_MANAGERS = /argo|flux|kustomize-controller|helm|operator|terraform|pulumi/i

/** Who else may write to a Deployment. What autoscalers point at it is a read of its own. */
export function managersOf({ ownerReferences, labels, annotations, managedFields }: RawMeta): readonly Manager[] {
  const owners = (ownerReferences ?? []).map(({ kind, name }) => manager('owner', `${kind ?? ''} ${name ?? ''}`))
  const marks = Object.entries({ ...labels, ...annotations }).flatMap(([key, value]) => {
    const [kind] = KEYS.find(([, known]) => (known.endsWith('/') ? key.startsWith(known) : key === known)) ?? []
    return kind === undefined ? [] : [manager(kind, `${key}: ${value}`)]
  })
  const writers = [...new Set((managedFields ?? []).map((each) => each.manager ?? ''))]
  return [
    ...owners,
    ...marks,
    ...writers.filter((name) => FIELD_MANAGERS.test(name)).map((name) => manager('field manager', name)),
  ]
}

function manager(kind: Manager['kind'], evidence: string): Manager {
  return { kind, evidence }
}
