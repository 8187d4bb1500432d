import { openGate } from '../../src/flows/access/gate.js'
import { startTeller, type Teller } from '../../src/flows/incident/tell.js'
import { openLedger, type Ledger } from '../../src/flows/ledger.js'
import type { Press } from '../../src/flows/terminate/act.js'
import { reconcileActs } from '../../src/flows/terminate/reconcile.js'
import { openTracer, type Tracer, type TracerDeps } from '../../src/flows/tracer.js'
import { watchedServers, type WatchedServer } from '../../src/flows/watched.js'
import { watchServer, type ServerWatch } from '../../src/flows/watch/tick.js'
import { lifeguard } from '../../src/wire/lifeguard.js'
import type { Presser } from '../../src/core/access/tier.js'
import type { EventBody } from '../../src/core/incident/event.js'
import type { Incident } from '../../src/core/incident/incident.js'
import type { Rule } from '../../src/core/watch/rule.js'
import type { ServerConfig } from '../../src/ports/config.js'
import type { Lifeguard } from '../../src/ports/lifeguard.js'
import { NO_RANGES } from '../core/attribution/fixture.js'
import { manualClock, type ManualClock } from './clock.js'
import { fakeChannel, fakeMembers, guild, type Guild } from './discord.js'
import { evidenceDisk, fakeEvidence, type EvidenceDisk } from './evidence.js'
import { disk, fakeJournal, type Disk } from './journal.js'
import { recordingLog } from './log.js'
import { fakeKubernetes, type Pods } from './kubernetes.js'
import { fakeSightings, sightingDisk, type SightingDisk } from './sightings.js'
import { cluster, fakePostgres, STALE, type Cluster } from './postgres.js'
import { power, type Power } from './power.js'

const GUILD_ID = 'guild'
const ROLES = { view: ['viewers'], operate: ['devops'], recover: [] } as const
export const TICK_MS = 5_000
export const HOLD_DOWN_MS = 30_000
const CAME_BACK_AFTER_MS = 10_000

const HYSTERESIS = { confirm: 2, forMs: 0, holdDownMs: HOLD_DOWN_MS } as const
const RULES: readonly Rule[] = [
  {
    name: 'total',
    match: 'total',
    above: { kind: 'count', count: 90 },
    clearBelow: { kind: 'count', count: 80 },
    severity: 'page',
    ...HYSTERESIS,
  },
  {
    name: 'site',
    match: [{ role: 'site' }],
    above: { kind: 'count', count: 32 },
    clearBelow: { kind: 'count', count: 28 },
    severity: 'warning',
    ...HYSTERESIS,
  },
]

export const SERVER: ServerConfig = {
  name: 'production',
  connection: { host: '127.0.0.1', port: 5432, user: 'lifeguard', database: 'postgres', tls: { mode: 'disable' } },
  canary: { kind: 'own' },
  schedule: '*/5 * * * * *',
  rules: RULES,
  stale: STALE,
  noDataAfterMs: 30_000,
}

/** All that is not the bot, and outlives it. */
export type World = {
  readonly clock: ManualClock
  readonly disk: Disk
  readonly guild: Guild
  readonly cluster: Cluster
  readonly evidence: EvidenceDisk
  /** Undefined: no cluster is configured. */
  readonly pods?: Pods
  readonly sightings: SightingDisk
}

/** One life of the bot in a world, wired as `src/wire.ts` wires it. */
export type Bot = {
  readonly power: Power
  readonly ledger: Ledger
  readonly teller: Teller
  readonly watch: ServerWatch
  readonly desk: Lifeguard
  readonly underWay: Map<string, Press>
  readonly tracer: Tracer | undefined
  /** One slot of the schedule: time moves by a tick, the watch looks, the teller is given time to tell. */
  tick(times?: number): Promise<void>
}

export function world(of: Pick<World, 'pods'> = {}): World {
  return {
    clock: manualClock(),
    disk: disk(),
    guild: guild(),
    cluster: cluster(),
    evidence: evidenceDisk(),
    sightings: sightingDisk(),
    ...of,
  }
}

export async function boot(
  on: World,
  of: Partial<ServerConfig> = {},
  /** In place of the real one's: a test of what becomes of its answers. */
  judge?: NonNullable<WatchedServer['tracer']>,
): Promise<Bot> {
  const { clock } = on
  const config: ServerConfig = { ...SERVER, ...of }
  const life = power()
  const log = recordingLog()
  const newId = idsAfter(on.disk)
  const evidence = fakeEvidence(on.evidence, clock, life)
  let poke: () => void = () => undefined
  const ledger = await openLedger({ journal: fakeJournal(on.disk, life), clock, log, onChange: () => poke() })
  const postgres = fakePostgres(on.cluster, clock, life)
  const tracer = on.pods === undefined ? undefined : await openTracer(tracerDeps(on, on.pods, life))
  const watch = watchServer({
    config,
    server: postgres,
    ledger,
    clock,
    newId,
    log,
    trace: (reading) => tracer?.trace(config.name, reading, config.stale) ?? { kind: 'off' },
    onTick: () => poke(),
  })
  const server: WatchedServer = {
    config,
    postgres,
    live: () => watch.live(),
    lookNow: () => watch.lookNow(),
    peakOf: (incident) => watch.peakOf(incident),
    ...(judge !== undefined ? { tracer: judge } : tracer === undefined ? {} : { tracer }),
  }
  const watched = watchedServers([server])
  const underWay = new Map<string, Press>()
  const teller = startTeller({
    ledger,
    channel: fakeChannel(on.guild, clock, life),
    evidence,
    clock,
    log,
    liveOf: (name) => watched.find(name)?.live(),
    degraded: () => {
      const problem = ledger.problem()
      return problem === undefined ? [] : [problem]
    },
  })
  poke = () => teller.poke()
  const gate = openGate({
    guildId: GUILD_ID,
    roles: ROLES,
    members: fakeMembers(on.guild, life),
    ledger,
    clock,
    newId,
    log,
  })
  const desk = lifeguard({
    ledger,
    gate,
    watched,
    clock,
    evidence,
    log,
    sha256: (text) => `sha256 of ${text}`,
    newId,
    cameBackAfterMs: CAME_BACK_AFTER_MS,
    underWay,
    version: '0.0.0',
    startedAt: clock.now(),
    gapsOf: () => ({ missed: 0, overlapped: 0 }),
    degraded: () => teller.problems(),
    poke: () => poke(),
  })
  poke()
  const tickOnce = async (): Promise<void> => {
    await clock.advance(TICK_MS)
    const slot = async () => {
      await watch.tick()
      if (watch.live().look?.kind !== 'reading') return
      await reconcileActs({ ledger, clock, isUnderWay: (preview) => underWay.has(preview) }, server)
    }
    void slot()
    await clock.settle()
  }
  return {
    power: life,
    ledger,
    teller,
    watch,
    desk,
    underWay,
    tracer,
    async tick(times = 1) {
      for (let n = 0; n < times; n += 1) await tickOnce()
    },
  }
}

function tracerDeps(on: World, kubernetes: Pods, life: Power): TracerDeps {
  const { clock } = on
  return {
    cluster: fakeKubernetes(kubernetes, clock, life),
    sightings: fakeSightings(on.sightings, life),
    ranges: NO_RANGES,
    clock,
    log: recordingLog(),
  }
}

/** A person with the operate tier, known to the guild as such. */
export function operator(on: World, name = 'joe'): Presser {
  on.guild.members.set(name, { kind: 'member', roleIds: ['devops'], timedOutUntil: undefined })
  return presser(name, ['devops'])
}

export function presser(name: string, roleIds: readonly string[] | undefined, of: Partial<Presser> = {}): Presser {
  return { id: name, name, guildId: GUILD_ID, roleIds, isBot: false, timedOutUntil: undefined, ...of }
}

export function eventsOf<T extends EventBody['type']>(on: World, type: T): readonly Extract<EventBody, { type: T }>[] {
  return on.disk.events
    .map((event) => event.body)
    .filter((body): body is Extract<EventBody, { type: T }> => body.type === type)
}

export function incidentsOf(bot: Bot): readonly Incident[] {
  return [...bot.ledger.book().incidents.values()]
}

export function onlyIncident(bot: Bot): Incident {
  const [incident, ...others] = incidentsOf(bot)
  if (incident === undefined || others.length > 0) throw new Error(`${incidentsOf(bot).length} incidents, not one`)
  return incident
}

/** `AAAA1`, `AAAA2`, …: none is given twice, not even after a restart. */
function idsAfter(on: Disk): (isTaken: (id: string) => boolean) => string {
  let n = on.events.length * 10
  return (isTaken) => {
    for (;;) {
      n += 1
      const id = `A${String(n).padStart(4, '0')}`
      if (!isTaken(id)) return id
    }
  }
}
