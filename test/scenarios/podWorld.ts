import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Answer } from '../../sandbox/discord/driver/answer.js'
import { startKubernetes, type KubernetesSandbox } from '../../sandbox/kubernetes/start.js'
import { podAddress } from '../../sandbox/site/address.js'
import { podName } from '../../sandbox/site/pod-name.js'
import { startSite, type Site } from '../../sandbox/site/start.js'
import { SITE_LOGIN, startScenario, until, type Scenario } from './world.js'

/** In place of 30 s and 60 s, so that no test has to wait for backends to grow old. */
const MARGINS = { listMs: 100, ageMs: 1_000 }
const NODE = { name: 'node-1', addresses: ['192.168.0.4'] }

/** A scenario with a cluster whose site leaks: one pod at a time, each rollout leaves its sessions behind. */
export type PodScenario = Scenario & {
  readonly kube: KubernetesSandbox
  readonly site: Site
  /** The next rollout in the cluster, then in the world; the pods before are gone, or Terminating for so long. */
  rollOut(sessions: number, oldPodsGraceSeconds?: number): Promise<void>
  /** Sessions of `site` in the server, by the rollout they came with. */
  sessions(): Promise<Readonly<Record<string, number>>>
  sessionsOf(role: string): Promise<number>
  ask(command: string, options?: Readonly<Record<string, string>>): Promise<Answer>
  press(of: Answer | string, label: RegExp): Promise<Answer>
}

/** ReplicaSets are named by their rollout, counted from 1. */
export function rolloutName(rollout: number): string {
  return podName('site', rollout, 1).slice(0, podName('site', rollout, 1).lastIndexOf('-'))
}

/** The cluster and the first rollout are there before the bot is, as they would be. */
export async function startPodScenario(options: {
  readonly sessions: number
  readonly whileStarting?: (kube: KubernetesSandbox) => unknown
}): Promise<PodScenario> {
  const kube = await startKubernetes()
  kube.world.putNode(NODE)
  const world = await startScenario({
    withoutBot: true,
    configure: (config) => ({
      ...config,
      cluster: {
        access: { kind: 'kubeconfig', path: join(world.dataDir, 'kubeconfig') },
        podRanges: [],
        poolers: [],
        knownHosts: [],
      },
      timings: { ...config.timings, margins: MARGINS },
    }),
  })
  await kube.kubeconfig(join(world.dataDir, 'kubeconfig'))
  const { host, port } = world.postgres
  const site = await startSite({ postgres: { host, port }, ...SITE_LOGIN, trafficEveryMs: 500 })
  let rollouts = 0

  const scenario: PodScenario = {
    ...world,
    kube,
    site,
    async rollOut(sessions, oldPodsGraceSeconds) {
      rollouts += 1
      const pod = { name: podName('site', rollouts, 1), address: podAddress(rollouts, 1) }
      const grace = oldPodsGraceSeconds === undefined ? {} : { oldPodsGraceSeconds }
      kube.world.rollOut({ deployment: 'site', pods: [pod], ...grace })
      await site.rollout({ sessions })
      // Whoever is in the middle of its work will be idle, and all are older than a LIST begun from now on has to be.
      await pause(3 * MARGINS.listMs)
    },
    async sessions() {
      const rows = await world.postgres.sql(
        "SELECT coalesce(host(client_addr), '') AS address, application_name, count(*)::int AS n FROM pg_stat_activity WHERE usename = 'site' GROUP BY 1, 2",
      )
      const named = (address: unknown, application: unknown) =>
        Array.from({ length: rollouts }, (_, index) => index + 1).find(
          (rollout) => podAddress(rollout, 1) === address || podName('site', rollout, 1) === application,
        )
      return Object.fromEntries(
        rows.map((row) => [rolloutName(named(row['address'], row['application_name']) ?? 0), Number(row['n'])]),
      )
    },
    async sessionsOf(role) {
      const rows = await world.postgres.sql('SELECT count(*)::int AS n FROM pg_stat_activity WHERE usename = $1', [
        role,
      ])
      return Number(rows[0]?.['n'])
    },
    ask: async (command, given = {}) => await (await world.discord.as('olga').slash(command, given)).wait(),
    async press(of, label) {
      const message = typeof of === 'string' ? of : (of.message()?.id ?? '')
      return await (await world.discord.as('olga').click(message, { label })).wait(15_000)
    },
    async close() {
      site.stop()
      await world.close()
      await kube.close()
    },
  }
  await scenario.rollOut(options.sessions)
  await options.whileStarting?.(kube)
  await world.startBot()
  return scenario
}

/** Ticks until the bot has listed the pods, whose library takes its second to load. */
export async function untilListed(world: PodScenario): Promise<void> {
  await until('the pods are listed', async () => {
    await world.tick()
    return /Pods: \d+ listed/.test((await world.ask('status')).text())
  })
}
