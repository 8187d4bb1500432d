import assert from 'node:assert/strict'
import { test } from 'node:test'

import { managersOf } from '../../../src/adapters/kubernetes/recoveryManagers.js'

test('a Deployment that people apply by hand has no manager', () => {
  const managedFields = ['kubectl-client-side-apply', 'kube-controller-manager', 'lifeguard'].map((manager) => ({
    manager,
  }))
  const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{}', argocd: 'a word' }
  assert.deepEqual(managersOf({ labels: { app: 'postgres' }, annotations, managedFields }), [])
})

test('each kind of manager is known by its mark, which is told', () => {
  const managers = managersOf({
    ownerReferences: [{ kind: 'Postgresql', name: 'main', uid: 'o', controller: true }],
    labels: { 'app.kubernetes.io/managed-by': 'Helm', 'kustomize.toolkit.fluxcd.io/name': 'apps' },
    annotations: { 'argocd.argoproj.io/tracking-id': 'x', 'meta.helm.sh/release-name': 'pg' },
    managedFields: [{ manager: 'argocd-controller' }, { manager: 'argocd-controller' }, {}],
  })
  assert.deepEqual(
    managers.map(({ kind, evidence }) => `${kind}: ${evidence}`),
    [
      'owner: Postgresql main',
      'label: app.kubernetes.io/managed-by: Helm',
      'Flux: kustomize.toolkit.fluxcd.io/name: apps',
      'Argo CD: argocd.argoproj.io/tracking-id: x',
      'Helm: meta.helm.sh/release-name: pg',
      'field manager: argocd-controller',
    ],
  )
})
