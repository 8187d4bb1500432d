/** Where kubelets renew their nodes' Leases. */
export const HEARTBEATS = 'kube-node-lease'

/** One call as RBAC sees it. */
export type Right = {
  readonly verb: 'get' | 'list' | 'create' | 'update' | 'patch' | 'delete'
  /** Empty for the core group. */
  readonly group: string
  /** Plural, with its subresource: `deployments/scale`. */
  readonly resource: string
  /** Absent for what belongs to no namespace. */
  readonly namespace?: string
  /** Absent for a list; of a create it is told, though a rule can't be limited by it. */
  readonly name?: string
}

/** `patch deployments/scale "postgres" in db`. */
export function phraseOf({ verb, resource, namespace, name }: Right): string {
  return [
    verb,
    resource,
    ...(name === undefined ? [] : [`"${name}"`]),
    ...(namespace === undefined ? [] : ['in', namespace]),
  ].join(' ')
}

/** The rule that grants it, and where it belongs. */
export function ruleOf({ verb, group, resource, namespace, name }: Right): string {
  const role = namespace === undefined ? `Lifeguard's ClusterRole` : `Lifeguard's Role in ${namespace}`
  // A create can't be limited to a name, and pods and nodes (with their volumes and heartbeats) change theirs.
  const isChanging = resource === 'pods' || namespace === undefined || namespace === HEARTBEATS
  const names = name !== undefined && verb !== 'create' && !isChanging ? `, resourceNames: ["${name}"]` : ''
  return `Add to the rules of ${role}: - {apiGroups: ["${group}"], resources: ["${resource}"]${names}, verbs: ["${verb}"]}`
}

/** Where a right's object or collection is. */
export function pathOf({ verb, group, resource, namespace, name }: Right): string {
  const [plural = '', subresource] = resource.split('/')
  const parts = [
    group === '' ? '/api/v1' : `/apis/${group}/v1`,
    ...(namespace === undefined ? [] : ['namespaces', encodeURIComponent(namespace)]),
    plural,
    ...(name === undefined || verb === 'create' ? [] : [encodeURIComponent(name)]),
    ...(subresource === undefined ? [] : [subresource]),
  ]
  return parts.join('/')
}
