import { KubeConfig, CoreV1Api, KubernetesObjectApi } from '@kubernetes/client-node'
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startKubernetes } from '../../../sandbox/kubernetes/start.js'
import { eventually } from './eventually.js'

/** A cluster the contract is tried on. Neither has nodes of its own, a scheduler or a kubelet: the test plays them. */
export type ClusterUnderTest = {
  readonly config: KubeConfig
  /** A collection, and a version that is too old to watch it from. */
  readonly tooOld: () => Promise<{ readonly path: string; readonly version: string }>
  readonly close: () => Promise<void>
}

export async function openStandIn(): Promise<ClusterUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'kubernetes-contract-'))
  const sandbox = await startKubernetes({ controller: {} })
  const path = join(folder, 'kubeconfig')
  await sandbox.kubeconfig(path)
  return {
    config: configAt(path),
    tooOld: () => {
      sandbox.world.compact()
      return Promise.resolve({ path: '/api/v1/nodes', version: '1' })
    },
    close: async () => {
      await sandbox.close()
      await rm(folder, { recursive: true })
    },
  }
}

/** `script start DIR` prints a kubeconfig's path once the server is ready; `script stop DIR` ends it. */
export async function openControlPlane(script: string): Promise<ClusterUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'kubernetes-contract-'))
  const run = promisify(execFile)
  const { stdout } = await run(script, ['start', folder], { timeout: 300_000 })
  const config = configAt(stdout.trim().split('\n').at(-1) ?? '')
  const core = config.makeApiClient(CoreV1Api)
  // Until its namespace has this account, the real server refuses every pod.
  await eventually(() => core.readNamespacedServiceAccount({ namespace: 'default', name: 'default' }), 60_000)
  return {
    config,
    tooOld: () => watchOfNewKind(config),
    close: async () => {
      await run(script, ['stop', folder], { timeout: 60_000 })
      await rm(folder, { recursive: true })
    },
  }
}

function configAt(path: string): KubeConfig {
  const config = new KubeConfig()
  config.loadFromFile(path)
  return config
}

/**
 * A young server forgets nothing for five minutes, but the history of a kind begins where the kind does: version 1 is
 * too old for one that was defined just now.
 */
async function watchOfNewKind(config: KubeConfig): Promise<{ readonly path: string; readonly version: string }> {
  const objects = KubernetesObjectApi.makeApiClient(config)
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'buoys.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Cluster',
      names: { plural: 'buoys', singular: 'buoy', kind: 'Buoy', listKind: 'BuoyList' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        },
      ],
    },
  }
  await objects.create(definition)
  await eventually(() => objects.list('example.com/v1', 'Buoy'), 30_000)
  return { path: '/apis/example.com/v1/buoys', version: '1' }
}
