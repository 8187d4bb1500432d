import type { SandboxClock } from '../discord/clock.js'
import { jobList, type JobFate } from './jobs.js'
import type { Catastrophe, EventRecord, InstanceRecord, VolumeRecord } from './records.js'
import { busy, invalid, notFound } from './refusal.js'

export type LinodeSeed = {
  readonly instances: readonly (Pick<InstanceRecord, 'id' | 'label' | 'region'> & Partial<InstanceRecord>)[]
  readonly volumes: readonly (Pick<VolumeRecord, 'id' | 'label' | 'region'> & Partial<VolumeRecord>)[]
}

export type LinodeTimings = {
  /** From the request to the start of its job. */
  readonly waitMs: number
  readonly attachMs: number
  readonly detachMs: number
  readonly shutdownMs: number
  /** From the attachment until the guest can use the volume. */
  readonly ioReadyMs: number
}

const TIMINGS: LinodeTimings = {
  waitMs: 500,
  attachMs: 5000,
  detachMs: 8000,
  shutdownMs: 20_000,
  ioReadyMs: 1000,
}

export type WorldOptions = {
  readonly clock: SandboxClock
  readonly seed: LinodeSeed
  readonly timings?: Partial<LinodeTimings>
  /** Whether somebody says that he uses the volume now: a mounted filesystem, a running postmaster. */
  readonly isInUse?: (volumeId: number) => boolean
}

export type Attachment = { readonly linodeId: number; readonly isPersistent: boolean; readonly configId?: number }

/** Whoever acts: the API for its user, or somebody outside, such as the CSI driver or a person at the console. */
export type Actor = { readonly username: string; readonly fate?: JobFate }

/** Linode without HTTP. Its acts throw a Refusal, and are then done by a job. */
export type LinodeWorld = {
  readonly volume: (id: number) => VolumeRecord | undefined
  readonly instance: (id: number) => InstanceRecord | undefined
  /** Its volumes. */
  readonly attached: (linodeId: number) => readonly VolumeRecord[]
  /** Oldest first. */
  readonly events: () => readonly EventRecord[]
  /** What must never happen and did, oldest first. */
  readonly catastrophes: () => readonly Catastrophe[]
  readonly attach: (volumeId: number, attachment: Attachment, by: Actor) => VolumeRecord
  readonly detach: (volumeId: number, by: Actor) => void
  readonly shutDown: (linodeId: number, by: Actor) => void
  /** At once and without a job, as a test wants it. */
  readonly setVolume: (id: number, patch: Partial<Omit<VolumeRecord, 'id'>>) => void
  readonly setInstance: (id: number, patch: Partial<Omit<InstanceRecord, 'id'>>) => void
  readonly removeVolume: (id: number) => void
  /** Linode detaches the volumes of a Linode that is deleted. */
  readonly removeInstance: (id: number) => void
}

const WORKS: JobFate = { kind: 'works' }
const PERSISTENT_LIMIT = 8

export function linodeWorld({ clock, seed, timings, isInUse = () => false }: WorldOptions): LinodeWorld {
  const times = { ...TIMINGS, ...timings }
  const jobs = jobList(clock, times.waitMs)
  const startedAt = clock.now()
  const dates = { createdAt: startedAt, updatedAt: startedAt }
  const instances = new Map<number, InstanceRecord>(
    seed.instances.map((one) => [one.id, { status: 'running', memoryMib: 8192, disks: 2, ...dates, ...one }]),
  )
  const volumes = new Map<number, VolumeRecord>(
    seed.volumes.map((one) => [
      one.id,
      {
        status: 'active',
        sizeGib: 25,
        linodeId: null,
        isIoReady: one.linodeId != null,
        isPersistent: false,
        ...dates,
        ...one,
      },
    ]),
  )
  const catastrophes: Catastrophe[] = []
  const setVolume: LinodeWorld['setVolume'] = (id, patch) => {
    const volume = volumes.get(id)
    if (volume !== undefined) volumes.set(id, { ...volume, ...patch, updatedAt: clock.now() })
  }
  const setInstance: LinodeWorld['setInstance'] = (id, patch) => {
    const instance = instances.get(id)
    if (instance !== undefined) instances.set(id, { ...instance, ...patch, updatedAt: clock.now() })
  }
  const attached = (linodeId: number) => [...volumes.values()].filter((volume) => volume.linodeId === linodeId)
  const record = (kind: Catastrophe['kind'], volumeId: number, linodeId: number, { username }: Actor) => {
    catastrophes.push({ kind, volumeId, linodeId, by: username, at: clock.now() })
  }
  const entityOf = (type: 'volume' | 'linode', { id, label }: { readonly id: number; readonly label: string }) => ({
    type,
    id,
    label,
  })

  return {
    volume: (id) => volumes.get(id),
    instance: (id) => instances.get(id),
    attached,
    events: jobs.events,
    catastrophes: () => [...catastrophes],
    setVolume,
    setInstance,
    removeVolume: (id) => volumes.delete(id),
    removeInstance(id) {
      for (const volume of attached(id)) setVolume(volume.id, { linodeId: null, isIoReady: false })
      instances.delete(id)
    },

    attach(volumeId, { linodeId, isPersistent, configId }, by) {
      const volume = volumes.get(volumeId)
      const instance = instances.get(linodeId)
      if (volume === undefined) throw notFound()
      if (instance === undefined) throw invalid('Linode not found', 'linode_id')
      if (volume.linodeId !== null) {
        if (volume.linodeId !== linodeId) record('attached to a second Linode', volumeId, linodeId, by)
        throw invalid(`Volume ${volumeId} is already attached`)
      }
      if (volume.region !== instance.region) {
        throw invalid('Volume and Linode must be in the same region', 'linode_id')
      }
      if (jobs.isBusy({ volumeId, linodeId })) throw busy()
      if (volume.status !== 'active') throw invalid('Volume must be active to be attached')
      checkRoom(instance, attached(linodeId), isPersistent, configId)
      jobs.begin({
        action: 'volume_attach',
        entity: entityOf('volume', volume),
        volumeId,
        linodeId,
        username: by.username,
        durationMs: times.attachMs,
        fate: by.fate ?? WORKS,
        onFinish() {
          // Deleted, or attached by hand meanwhile: the job finds another world than the request did.
          const now = volumes.get(volumeId)
          if (now === undefined || !instances.has(linodeId)) return
          if (now.linodeId !== null && now.linodeId !== linodeId) {
            record('attached to a second Linode', volumeId, linodeId, by)
            return
          }
          setVolume(volumeId, { linodeId, isPersistent, isIoReady: false })
          clock.after(times.ioReadyMs, () => {
            if (volumes.get(volumeId)?.linodeId === linodeId) setVolume(volumeId, { isIoReady: true })
          })
        },
      })
      return volume
    },

    detach(volumeId, by) {
      const volume = volumes.get(volumeId)
      if (volume === undefined) throw notFound()
      const { linodeId } = volume
      if (linodeId === null) throw invalid('Volume is not attached')
      if (jobs.isBusy({ volumeId, linodeId })) throw busy()
      // As the real one does, it detaches what is in use. It is looked at twice, as somebody may begin in between.
      let isRecorded = false
      const look = () => {
        if (isRecorded || !isInUse(volumeId)) return
        isRecorded = true
        record('detached while in use', volumeId, linodeId, by)
      }
      look()
      jobs.begin({
        action: 'volume_detach',
        entity: entityOf('volume', volume),
        volumeId,
        linodeId,
        username: by.username,
        durationMs: times.detachMs,
        fate: by.fate ?? WORKS,
        onFinish() {
          look()
          if (volumes.get(volumeId)?.linodeId !== linodeId) return
          setVolume(volumeId, { linodeId: null, isIoReady: false, isPersistent: false })
        },
      })
    },

    shutDown(linodeId, by) {
      const instance = instances.get(linodeId)
      if (instance === undefined) throw notFound()
      if (jobs.isBusy({ linodeId })) throw busy()
      if (instance.status !== 'running') throw invalid('Linode is not running.')
      jobs.begin({
        action: 'linode_shutdown',
        entity: entityOf('linode', instance),
        linodeId,
        username: by.username,
        durationMs: times.shutdownMs,
        fate: by.fate ?? WORKS,
        onStart: () => setInstance(linodeId, { status: 'shutting_down' }),
        onFinish: () => setInstance(linodeId, { status: 'offline' }),
      })
    },
  }
}

/** Source: Linode API 4.189, post-attach-volume. */
function checkRoom(
  { status, memoryMib, disks }: InstanceRecord,
  attached: readonly VolumeRecord[],
  isPersistent: boolean,
  configId: number | undefined,
): void {
  if (isPersistent) {
    if (attached.filter((volume) => volume.isPersistent).length >= PERSISTENT_LIMIT) {
      throw invalid(`A Linode can have at most ${PERSISTENT_LIMIT} volumes attached`, 'linode_id')
    }
    return
  }
  if (configId !== undefined) throw invalid('config_id must not be given if persist_across_boots is false', 'config_id')
  if (status !== 'running') throw invalid('Linode must be running', 'linode_id')
  const most = Math.min(64, Math.max(8, Math.floor(memoryMib / 1024)))
  if (attached.length + disks >= most) {
    throw invalid(`A Linode of this size can have at most ${most} volumes and disks attached`, 'linode_id')
  }
}
