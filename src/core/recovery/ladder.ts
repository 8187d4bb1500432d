/** Where Postgres lives. Only a plain Deployment may be restarted or moved by us: the others have somebody who does that. */
export type Home = 'Deployment' | 'StatefulSet' | 'operator' | 'host'

/** What the ladder is computed from; counts are client backends. */
export type Standing = {
  readonly home: Home
  /** How many slots must come free for the incident to be over. */
  readonly needed: number
  /** Postgres answers on a held session: without one nothing can be terminated or capped. */
  readonly isAnswering: boolean
  /** Orphans and stale backends that may be terminated. */
  readonly stale: number
  readonly clients: number
  /** Absent where no service stands out. */
  readonly leaking?: LeakingService
  /** Attachment, volume and node disagree; undefined when it could not be read. */
  readonly isVolumeMisplaced: boolean | undefined
  /** It is a Linode volume: what rung 5 moves. */
  readonly isLinodeVolume: boolean
}

export type LeakingService = {
  readonly service: string
  readonly role: string
  readonly backends: number
  /** The CONNECTION LIMIT that would be set on its role; the record keeps the one before. */
  readonly cap: number
  /** It runs in this cluster, where it can be restarted. */
  readonly isInCluster: boolean
  /** Slots that are free, and those a rollout takes at its highest while old and new pods run side by side. */
  readonly free: number
  readonly peak: number
}

export type RungNumber = 1 | 2 | 3 | 4 | 5

/** Pod by pod only where the new pods find slots: in a full server they would fail readiness, and connections rise. */
export type RungAct =
  | 'terminate stale'
  | 'cap the role'
  | 'restart pod by pod'
  | 'scale to 0 and back'
  | 'restart Postgres'
  | 'move the volume'

export type Off =
  | { readonly kind: 'frees none' }
  | { readonly kind: 'Postgres does not answer' }
  | { readonly kind: 'no service stands out' }
  | { readonly kind: 'the service is not in this cluster' }
  | { readonly kind: 'not a Deployment'; readonly home: Exclude<Home, 'Deployment'> }
  | { readonly kind: 'not a Linode volume' }
  | { readonly kind: 'the volume is where it belongs' }
  | { readonly kind: 'where the volume is cannot be read' }

export type Rung = {
  readonly rung: RungNumber
  readonly act: RungAct
  readonly frees: number
  /** A cap ends nobody's session: its slots come as sessions end. */
  readonly when: 'at once' | 'as sessions end'
  /** Undefined when it is offered. */
  readonly off?: Off
}

export type Ladder = {
  readonly rungs: readonly Rung[]
  /** The lowest offered rung that frees enough; without one that does, the offered one that frees most. */
  readonly first: RungNumber | undefined
  /** Why each rung below will not do: it is off, or it frees too few of the slots that are needed. */
  readonly belowWillNotDo: readonly {
    readonly rung: RungNumber
    readonly because: Off | { readonly kind: 'frees too few'; readonly frees: number; readonly needed: number }
  }[]
}

/** The ladder, mildest rung first, with what each frees and why it is off. Never throws. Source: recovery-safety 13 and 21. */
export function ladderOf(standing: Standing): Ladder {
  const rungs = [terminate(standing), cap(standing), restartService(standing), restart(standing), move(standing)]
  const offered = rungs.filter(({ off }) => off === undefined)
  const most = Math.max(0, ...offered.map(({ frees }) => frees))
  const first =
    offered.find(({ frees, when }) => frees >= standing.needed && when === 'at once') ??
    offered.find(({ frees }) => frees === most)
  const below = rungs.filter(({ rung }) => first !== undefined && rung < first.rung)
  return {
    rungs,
    first: first?.rung,
    belowWillNotDo: below.map(({ rung, off, frees }) => ({
      rung,
      because: off ?? { kind: 'frees too few', frees, needed: standing.needed },
    })),
  }
}

function rungOf(
  rung: RungNumber,
  act: RungAct,
  frees: number,
  off: Off | undefined,
  when: Rung['when'] = 'at once',
): Rung {
  const none: Off | undefined = frees > 0 ? undefined : { kind: 'frees none' }
  const why = off ?? none
  return { rung, act, frees, when, ...(why === undefined ? {} : { off: why }) }
}

function terminate({ isAnswering, stale }: Standing): Rung {
  return rungOf(1, 'terminate stale', stale, isAnswering ? undefined : { kind: 'Postgres does not answer' })
}

function cap({ isAnswering, leaking }: Standing): Rung {
  const frees = leaking === undefined ? 0 : Math.max(0, leaking.backends - leaking.cap)
  const off: Off | undefined = !isAnswering
    ? { kind: 'Postgres does not answer' }
    : leaking === undefined
      ? { kind: 'no service stands out' }
      : undefined
  return rungOf(2, 'cap the role', frees, off, 'as sessions end')
}

function restartService({ leaking }: Standing): Rung {
  if (leaking === undefined) return rungOf(3, 'scale to 0 and back', 0, { kind: 'no service stands out' })
  const act = leaking.peak <= leaking.free ? 'restart pod by pod' : 'scale to 0 and back'
  const off: Off | undefined = leaking.isInCluster ? undefined : { kind: 'the service is not in this cluster' }
  return rungOf(3, act, leaking.backends, off)
}

function restart({ home, clients }: Standing): Rung {
  return rungOf(4, 'restart Postgres', clients, home === 'Deployment' ? undefined : { kind: 'not a Deployment', home })
}

function move({ home, clients, isLinodeVolume, isVolumeMisplaced }: Standing): Rung {
  const off: Off | undefined =
    home !== 'Deployment'
      ? { kind: 'not a Deployment', home }
      : !isLinodeVolume
        ? { kind: 'not a Linode volume' }
        : isVolumeMisplaced === undefined
          ? { kind: 'where the volume is cannot be read' }
          : isVolumeMisplaced
            ? undefined
            : { kind: 'the volume is where it belongs' }
  return rungOf(5, 'move the volume', clients, off)
}
