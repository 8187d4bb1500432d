import type { AsOf, Named, SeenLease, SeenSecret } from '../../ports/recoveryObjects.js'
import type { LeaseHold, RecoveryActs } from '../../ports/recoveryCluster.js'
import type { Ask } from './recoveryApi.js'
import { LEASES, SECRETS } from './recoveryKinds.js'
import { asOf, timeOf } from './recoveryMeta.js'
import type { RawLease, RawSecret } from './recoveryRaw.js'
import { deletion, MANAGER, write } from './recoveryWrite.js'

export function leaseOf(raw: RawLease): SeenLease | null {
  const identity = asOf(raw)
  const { spec = {}, metadata } = raw
  if (identity === null) return null
  return {
    ...identity,
    holder: spec.holderIdentity ?? '',
    durationMs: (spec.leaseDurationSeconds ?? 0) * 1000,
    acquiredAt: timeOf(spec.acquireTime),
    renewedAt: timeOf(spec.renewTime),
    transitions: spec.leaseTransitions ?? 0,
    annotations: metadata?.annotations ?? {},
    whole: raw,
  }
}

export function secretOf(raw: RawSecret): SeenSecret | null {
  const identity = asOf(raw)
  if (identity === null) return null
  const data = Object.entries(raw.data ?? {}).map(([key, value]) => [
    key,
    Buffer.from(value, 'base64').toString('utf8'),
  ])
  return { ...identity, data: Object.fromEntries(data) as Record<string, string> }
}

/** Lease and Secret in which a run is on record beside the database. */
export function recordActs(
  ask: Ask,
): Pick<RecoveryActs, 'createLease' | 'replaceLease' | 'deleteLease' | 'createSecret' | 'deleteSecret'> {
  return {
    createLease: (which, hold) => write(ask, creation(LEASES, which, leaseBody(which, hold)), leaseOf),
    replaceLease(before, hold) {
      const { namespace, name } = before
      const asked = {
        right: { ...LEASES, verb: 'update', namespace, name },
        query: MANAGER,
        body: replacement(before, hold),
      } as const
      return write(ask, asked, leaseOf)
    },
    deleteLease: (lease) => deletion(ask, LEASES, lease, {}),
    createSecret: (which, data) => write(ask, creation(SECRETS, which, secretBody(which, data)), secretOf),
    deleteSecret: (secret) => deletion(ask, SECRETS, secret, {}),
  }
}

function creation<K extends typeof LEASES>(kind: K, which: Named, body: object) {
  return { right: { ...kind, verb: 'create', ...which }, query: MANAGER, body } as const
}

function leaseBody({ namespace, name }: Named, hold: LeaseHold): object {
  const annotations = changed({}, hold.annotations)
  return {
    ...kindOf('coordination.k8s.io/v1', 'Lease'),
    metadata: { namespace, name, annotations },
    spec: specOf(hold),
  }
}

/** Whole, since a PUT removes what it does not name; uid and resourceVersion make it a compare-and-swap. */
function replacement(before: SeenLease, hold: LeaseHold): object {
  const { metadata, spec, ...rest } = before.whole as RawLease
  const { uid, resourceVersion }: AsOf = before
  const annotations = changed(before.annotations, hold.annotations)
  return {
    ...rest,
    ...kindOf('coordination.k8s.io/v1', 'Lease'),
    metadata: { ...metadata, uid, resourceVersion, annotations },
    spec: { ...spec, ...specOf(hold) },
  }
}

function specOf({ holder, durationMs, acquiredAt, renewedAt, transitions }: LeaseHold): object {
  return {
    holderIdentity: holder,
    leaseDurationSeconds: Math.max(1, Math.round(durationMs / 1000)), // 0 is refused, of a released one too
    acquireTime: microTime(acquiredAt),
    renewTime: microTime(renewedAt),
    leaseTransitions: transitions,
  }
}

/** MicroTime has six digits. */
function microTime(at: number): string {
  return new Date(at).toISOString().replace('Z', '000Z')
}

function changed(
  before: Readonly<Record<string, string>>,
  changes: LeaseHold['annotations'] = {},
): Readonly<Record<string, string>> {
  const all = Object.entries({ ...before, ...changes })
  return Object.fromEntries(all.flatMap(([key, value]) => (value === null ? [] : [[key, value]])))
}

function secretBody({ namespace, name }: Named, data: Readonly<Record<string, string>>): object {
  const encoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')])
  return {
    ...kindOf('v1', 'Secret'),
    metadata: { namespace, name },
    type: 'Opaque',
    data: Object.fromEntries(encoded) as Record<string, string>,
  }
}

function kindOf(apiVersion: string, kind: string): { readonly apiVersion: string; readonly kind: string } {
  return { apiVersion, kind }
}
