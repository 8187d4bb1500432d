import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { startKubernetes } from '../../../sandbox/kubernetes/start.js'
import type { KubernetesSandbox } from '../../../sandbox/kubernetes/start.js'
import { recoveryCluster } from '../../../src/adapters/kubernetes/recoveryCluster.js'
import type { RecoveryCluster } from '../../../src/ports/recoveryCluster.js'
import { manualClock } from '../../fakes/clock.js'
import type { ManualClock } from '../../fakes/clock.js'

export type RecoveryWorld = {
  readonly api: KubernetesSandbox
  readonly patient: RecoveryCluster
  /** The bot's: no time limit is over before a test says so. */
  readonly clock: ManualClock
  readonly kubeconfig: string
}

/** A Deployment `postgres` at one replica with its pod `postgres-1-a` on the stand-in, where nobody else acts. */
export async function recoveryWorld(t: { after(end: () => Promise<void>): void }): Promise<RecoveryWorld> {
  const api = await startKubernetes()
  const folder = await mkdtemp(join(tmpdir(), 'lifeguard-recovery-'))
  const kubeconfig = join(folder, 'config')
  await api.kubeconfig(kubeconfig)
  api.world.rollOut({ deployment: 'postgres', pods: [{ name: 'postgres-1-a' }] })
  const clock = manualClock()
  const patient = recoveryCluster(
    { kind: 'kubeconfig', path: kubeconfig },
    { clock, pod: { host: undefined, port: undefined } },
  )
  t.after(async () => {
    patient.close()
    await api.close()
    await rm(folder, { recursive: true })
  })
  return { api, patient, clock, kubeconfig }
}
