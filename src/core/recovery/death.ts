import { inUseName, linodeIdsOf, type Facts, type NodeFacts } from './facts.js'
import { knownOf, type NodeSeen, type Observation } from './observation.js'

/** How the old postmaster was proven dead, or each reason why it is not. */
export type Death =
  | { readonly proven: true; readonly by: 'node let go' | 'volume on no Linode' | 'Linode off' }
  | { readonly proven: false; readonly because: readonly string[] }

/** Between the two reads of a node: a kubelet renews its Lease every 10 s, so a living one has renewed in between. */
export const READS_APART_MS = 15_000

/**
 * Whether the postmaster that held this volume can no longer write to it. One of:
 * - *node let go*: in two reads at least 15 s apart every planned node is there with the frozen uid and bootID, Ready, no node
 *   of the cluster lists the volume in use, no pod was on the claim in either, and each planned node renewed its Lease between
 *   them, so it did so after the last pod went. The Lease's text is compared with itself: no clock is trusted.
 * - *volume on no Linode*: the VolumeAttachment is gone and Linode says that the volume is attached nowhere.
 * - *Linode off*: every Linode it can run on is `offline` or 404.
 *
 * What could not be read, and a node object that is missing, prove nothing: when a node was deleted no node listed the volume at
 * once, while its postmaster lived. `pid` files prove nothing either; across containers Postgres takes the file over.
 * Times are ms by the executor's clock. Source: recovery-safety 2; a volume outside CSI is listed by no node, so only the other
 * two can hold for it.
 */
export function proofOfDeath(facts: Facts, earlier: Observation | undefined, now: Observation): Death {
  const pods = knownOf(now.pods)
  if (pods === undefined) return { proven: false, because: ['the pods on the claim cannot be read'] }
  if (pods.length > 0) return { proven: false, because: [`${pods.map(({ name }) => name).join(', ')} is on the claim`] }

  const against = [whyNodesHold(facts, earlier, now), whyVolumeHeld(facts, now), whyLinodesRun(facts, now)]
  const index = against.indexOf(undefined)
  if (index === -1) return { proven: false, because: against.filter((why) => why !== undefined) }
  const by = (['node let go', 'volume on no Linode', 'Linode off'] as const)[index] ?? 'Linode off'
  return { proven: true, by }
}

function whyNodesHold(facts: Facts, earlier: Observation | undefined, now: Observation): string | undefined {
  const inUse = inUseName(facts.volume)
  if (inUse === undefined) return 'outside CSI no node says whether it holds the volume'
  if (facts.nodes.length === 0) return 'the node Postgres ran on is not known'
  const stray = strayNode(facts)
  if (stray !== undefined) return `node ${stray} is not in the plan`
  const nodes = knownOf(now.nodes)
  if (nodes === undefined) return 'the nodes cannot be read'
  const holder = nodes.find(({ volumesInUse }) => volumesInUse.includes(inUse))
  if (holder !== undefined) return `node ${holder.name} lists the volume in use`
  for (const planned of facts.nodes) {
    const why = whyNotSame(planned, nodes)
    if (why !== undefined) return why
  }
  if (earlier === undefined || now.at - earlier.at < READS_APART_MS) return 'a second read 15 s later is awaited'
  const before = knownOf(earlier.nodes)
  if (before === undefined || knownOf(earlier.pods)?.length !== 0) return 'the read before did not show it so'
  const late = facts.nodes.find((planned) => !isHeld(planned, before, nodes, inUse))
  return late === undefined ? undefined : `node ${late.name} has not renewed its Lease since the read before`
}

function whyNotSame(planned: NodeFacts, nodes: readonly NodeSeen[]): string | undefined {
  const node = nodes.find(({ name }) => name === planned.name)
  if (node === undefined) return `node ${planned.name} is not there`
  if (node.uid !== planned.uid) return `node ${planned.name} is another one of that name`
  if (node.bootId !== planned.bootId) return `node ${planned.name} has booted since`
  return node.isReady ? undefined : `node ${planned.name} is not Ready`
}

/** Whether the read before shows the same Ready node without the volume in use anywhere, and an earlier Lease. */
function isHeld(planned: NodeFacts, before: readonly NodeSeen[], nodes: readonly NodeSeen[], inUse: string): boolean {
  return (
    whyNotSame(planned, before) === undefined &&
    before.every(({ volumesInUse }) => !volumesInUse.includes(inUse)) &&
    isRenewed(planned, before, nodes)
  )
}

/** Whether the node's Lease was renewed between two lists of the nodes: its kubelet lives. */
function isRenewed(
  { name, uid }: Pick<NodeFacts, 'name' | 'uid'>,
  before: readonly NodeSeen[],
  nodes: readonly NodeSeen[],
): boolean {
  const then = before.find((node) => node.name === name && node.uid === uid)?.leaseRenewed ?? null
  const since = nodes.find((node) => node.name === name && node.uid === uid)?.leaseRenewed ?? null
  return then !== null && since !== null && then !== since
}

/** Whether a planned node answers: the same boot, Ready, and its Lease renewed between two reads 15 s apart. */
export function isAnswering(planned: NodeFacts, earlier: Observation | undefined, now: Observation): boolean {
  const before = earlier === undefined ? undefined : knownOf(earlier.nodes)
  const nodes = knownOf(now.nodes)
  if (earlier === undefined || before === undefined || nodes === undefined) return false
  return (
    now.at - earlier.at >= READS_APART_MS &&
    whyNotSame(planned, nodes) === undefined &&
    isRenewed(planned, before, nodes)
  )
}

function whyVolumeHeld(facts: Facts, now: Observation): string | undefined {
  const attachments = knownOf(now.attachments)
  const volume = knownOf(now.volume)
  if (attachments === undefined || volume === undefined) return 'the volume’s attachment cannot be read'
  if (attachments.length > 0) return `VolumeAttachment ${attachments[0]?.name ?? ''} is there`
  if (volume === 'absent') return 'Linode knows no such volume'
  if (volume.volumeId !== facts.volume.linode?.volumeId) return 'Linode showed another volume'
  return volume.linodeId === null ? undefined : `the volume is on Linode ${volume.linodeId}`
}

function whyLinodesRun(facts: Facts, now: Observation): string | undefined {
  const ids = linodeIdsOf(facts)
  if (ids.length === 0 || facts.nodes.some(({ linodeId }) => linodeId === null)) return 'its Linode is not known'
  const stray = strayNode(facts)
  if (stray !== undefined) return `node ${stray} is not in the plan`
  const attachments = knownOf(now.attachments)
  const volume = knownOf(now.volume)
  if (attachments === undefined || volume === undefined) return 'where the volume is cannot be read'
  const other = attachments.find(({ nodeName }) => !facts.nodes.some(({ name }) => name === nodeName))
  if (other !== undefined) return `the volume is attached to node ${other.nodeName}, which the plan does not name`
  if (volume !== 'absent' && volume.linodeId !== null && !ids.includes(volume.linodeId)) {
    return `the volume is on Linode ${volume.linodeId}, which the plan does not name`
  }
  const running = ids.find((id) => !isOff(id, now))
  return running === undefined ? undefined : `Linode ${running} is not known to be off`
}

/** The node of a planned pod that could not be frozen with it: what runs there is beyond every proof. */
function strayNode({ pods, nodes }: Facts): string | undefined {
  return (
    pods.find(({ nodeName }) => nodeName !== null && !nodes.some(({ name }) => name === nodeName))?.nodeName ??
    undefined
  )
}

/** Whether Linode says, in this observation, that the machine is off or no more. */
export function isOff(linodeId: number, now: Observation): boolean {
  const status = knownOf(now.instances)?.find((instance) => instance.linodeId === linodeId)?.status
  return status === 'offline' || status === 'absent'
}
