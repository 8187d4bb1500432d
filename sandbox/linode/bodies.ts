import type { EventRecord, InstanceRecord, VolumeRecord } from './records.js'
import { invalid } from './refusal.js'

/** As the API shows it. `io_ready` is younger than the specification, and not every answer of the real one has it. */
export function volumeBody(volume: VolumeRecord, linodeLabel: string | undefined, hasIoReady: boolean): object {
  return {
    id: volume.id,
    label: volume.label,
    status: volume.status,
    size: volume.sizeGib,
    region: volume.region,
    linode_id: volume.linodeId,
    linode_label: linodeLabel ?? null,
    filesystem_path: `/dev/disk/by-id/scsi-0Linode_Volume_${volume.label}`,
    hardware_type: 'nvme',
    encryption: 'disabled',
    tags: [],
    created: timeOf(volume.createdAt),
    updated: timeOf(volume.updatedAt),
    ...(hasIoReady ? { io_ready: volume.isIoReady } : {}),
  }
}

export function instanceBody(instance: InstanceRecord): object {
  return {
    id: instance.id,
    label: instance.label,
    region: instance.region,
    status: instance.status,
    type: 'g6-standard-4',
    group: '',
    tags: [],
    image: 'linode/debian11',
    ipv4: ['203.0.113.1'],
    ipv6: null,
    hypervisor: 'kvm',
    has_user_data: false,
    lke_cluster_id: null,
    watchdog_enabled: true,
    specs: { disk: 163_840, memory: instance.memoryMib, vcpus: 4, gpus: 0, transfer: 5000 },
    created: timeOf(instance.createdAt),
    updated: timeOf(instance.updatedAt),
  }
}

export function eventBody({ entity, ...event }: EventRecord): object {
  const path = entity.type === 'volume' ? 'volumes' : 'linode/instances'
  return {
    id: event.id,
    action: event.action,
    status: event.status,
    created: timeOf(event.createdAt),
    ...(event.endedAt === undefined ? {} : { duration: (event.endedAt - event.createdAt) / 1000 }),
    entity: { ...entity, url: `/v4/${path}/${entity.id}` },
    message: event.message ?? null,
    percent_complete: { scheduled: 0, started: 50, finished: 100, failed: 100, canceled: 100 }[event.status],
    read: false,
    seen: false,
    username: event.username,
  }
}

/** One page of a list. Throws a Refusal for a page size that the API does not take. */
export function pageBody(items: readonly object[], query: URLSearchParams): object {
  const page = Number(query.get('page') ?? 1)
  const pageSize = Number(query.get('page_size') ?? 100)
  if (!Number.isInteger(pageSize) || pageSize < 25 || pageSize > 500) {
    throw invalid('Must be 25-500', 'page_size')
  }
  const pages = Math.max(1, Math.ceil(items.length / pageSize))
  if (!Number.isInteger(page) || page < 1 || page > pages) throw invalid('Not a page of this list', 'page')
  return { data: items.slice((page - 1) * pageSize, page * pageSize), page, pages, results: items.length }
}

/** UTC without saying so, to the second. */
function timeOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19)
}
