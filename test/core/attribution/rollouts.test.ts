import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  currentReplicaSet,
  isRolloutComplete,
  isRollingOut,
  lastRollouts,
} from '../../../src/core/attribution/rollouts.js'
import type { Deployment } from '../../../src/core/attribution/picture.js'
import { T0 } from '../fixture.js'
import { DEPLOYMENT, HOUR, NEW_SET, OLD_SET, SITE } from './fixture.js'

const FOREIGN = { ...NEW_SET, uid: 'other', revision: 99, owner: { kind: 'Deployment', name: 'x', uid: 'd-x' } }

describe('the current ReplicaSet', () => {
  test("has the highest revision of its Deployment, which is the Deployment's own", () => {
    assert.equal(currentReplicaSet(DEPLOYMENT, [NEW_SET, OLD_SET, FOREIGN]), NEW_SET)
  })

  test('is the old one again after a rollback', () => {
    const back = { ...OLD_SET, revision: 43 }
    assert.equal(currentReplicaSet({ ...DEPLOYMENT, revision: 43 }, [NEW_SET, back]), back)
  })

  test('is not known while a list lags behind the other, or two claim to be it', () => {
    assert.equal(currentReplicaSet({ ...DEPLOYMENT, revision: 43 }, [NEW_SET, OLD_SET]), undefined)
    assert.equal(currentReplicaSet(DEPLOYMENT, [NEW_SET, { ...OLD_SET, revision: 43 }]), undefined)
    assert.equal(currentReplicaSet(DEPLOYMENT, [NEW_SET, { ...OLD_SET, revision: 42 }]), undefined)
    assert.equal(currentReplicaSet(DEPLOYMENT, []), undefined)
    assert.equal(currentReplicaSet({ ...DEPLOYMENT, revision: null }, [{ ...NEW_SET, revision: null }]), undefined)
  })
})

test('a rollout is complete when every wanted replica is new, available and alone; one replica down is no rollout', () => {
  const status = { replicas: 3, updatedReplicas: 3, availableReplicas: 3 }
  const table: readonly (readonly [Partial<Deployment>, boolean, boolean])[] = [
    [{ replicas: 3, status }, true, false],
    [{ replicas: 0, status: { replicas: 0, updatedReplicas: 0, availableReplicas: 0 } }, true, false],
    [{ replicas: 3, status, generation: 8 }, false, true],
    [{ replicas: 3, status: { ...status, replicas: 4 } }, false, true],
    [{ replicas: 3, status: { ...status, updatedReplicas: 2 } }, false, true],
    [{ replicas: 3, status: { ...status, availableReplicas: 2 } }, false, false],
    [{ replicas: 4, status }, false, true],
  ]
  for (const [of, isComplete, isGoingOn] of table) {
    assert.equal(isRolloutComplete({ ...DEPLOYMENT, ...of }), isComplete, JSON.stringify(of))
    assert.equal(isRollingOut({ ...DEPLOYMENT, ...of }), isGoingOn, JSON.stringify(of))
  }
})

test('the last rollouts of the services that hold connections come newest first, a rollback with its own time', () => {
  const back = { ...OLD_SET, revision: 43 }
  const rolledBack = { ...DEPLOYMENT, revision: 43, progressedAt: T0 - HOUR }
  const other = { ...DEPLOYMENT, uid: 'd-x', name: 'x', revision: 99 }
  const later = { ...FOREIGN, createdAt: T0 - 2 * HOUR }
  const workloads = [SITE, { ...SITE, name: 'x' }, { ...SITE, kind: 'StatefulSet', name: 'web' }]
  const told = (deployments: readonly Deployment[], replicaSets: readonly (typeof NEW_SET)[]) =>
    lastRollouts(workloads, { deployments, replicaSets }).map(({ rollout, at }) => [rollout.revision, at])
  assert.deepEqual(told([DEPLOYMENT, other], [OLD_SET, NEW_SET, later]), [
    [99, T0 - 2 * HOUR],
    [42, T0 - 3 * HOUR],
  ])
  assert.deepEqual(told([rolledBack, other], [back, NEW_SET, later]), [
    [43, T0 - HOUR],
    [99, T0 - 2 * HOUR],
  ])
  assert.deepEqual(lastRollouts([], { deployments: [DEPLOYMENT], replicaSets: [NEW_SET] }), [])
  assert.deepEqual(told([{ ...DEPLOYMENT, revision: 50 }], [NEW_SET]), [])
})
