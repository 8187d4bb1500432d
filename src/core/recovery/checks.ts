import type { Facts, Mode } from './facts.js'
import { inUseName, linodeIdsOf } from './facts.js'
import type { Seen } from './observation.js'

/**
 * `never`: nobody can override it, not even while it is unknown. `by name`: an approver can, failed or unknown, and the name is in
 * the hash. `shown`: it decides nothing.
 */
export type CheckClass = 'never' | 'by name' | 'shown'

export type Check = {
  readonly name: CheckName
  readonly class: CheckClass
  readonly result: 'pass' | 'fail' | 'unknown'
  /** What was seen, or why it could not be. */
  readonly detail: string
}

/** The first seven are the parts of *can it come back*, which stands first. */
export type CheckName =
  | 'image can be pulled'
  | 'a node has room'
  | 'quota leaves room'
  | 'its ConfigMaps and Secrets are there'
  | 'disk has room'
  | 'manifest applies'
  | 'volume is retained'
  | 'single flight'
  | 'deployment is as planned'
  | 'volume identity'
  | 'no foreign pod on the claim'
  | 'proof of death can be had'
  | 'journal has room'
  | 'calls are allowed'
  | 'verified backup'
  | 'no reconciler'
  | 'bot is not beside the patient'
  | 'attachment agrees'
  | 'node is Ready'
  | 'strategy is Recreate'
  | 'disruption budgets'
  | 'managed-by labels'

/** A thing that is so, is not so, or could not be found out; `detail` says what was seen. */
type Finding = Seen<{ readonly holds: boolean; readonly detail: string }>

/** What the planner read besides the facts. Every question is put so that `holds` is what recovery needs. */
export type Survey = {
  readonly imagePull: Finding
  readonly nodeRoom: Finding
  readonly quotaRoom: Finding
  readonly references: Finding
  readonly diskRoom: Finding
  /** A dry run of the saved manifest; mode A's rights do not reach so far, and it needs none. */
  readonly dryRun: Finding
  readonly reclaimPolicy: Seen<string>
  readonly accessModes: Seen<readonly string[]>
  readonly isClaimBound: Seen<boolean>
  /** Of an open run, by journal, Lease or Secret; null where there is none. */
  readonly openRun: Seen<string | null>
  readonly deployment: Seen<'absent' | { readonly isDeleting: boolean; readonly replicas: number }>
  /** Names of pods on the claim that the planned Deployment does not own. */
  readonly foreignPods: Seen<readonly string[]>
  readonly volume: Seen<
    'absent' | { readonly volumeId: number; readonly label: string; readonly region: string; readonly status: string }
  >
  readonly journalRoom: Finding
  /** The planned calls that are denied. */
  readonly deniedCalls: Seen<readonly string[]>
  readonly backup: Finding
  /** Who would undo it: an owner, an HPA, GitOps. Labels alone are no reconciler. */
  readonly reconcilers: Seen<readonly string[]>
  readonly attachmentAgrees: Finding
  readonly nodesReady: Seen<readonly string[]>
  readonly disruptionBudgets: Seen<readonly string[]>
  readonly managedBy: Seen<readonly string[]>
}

const CLASS: Readonly<Record<CheckName, CheckClass>> = {
  'image can be pulled': 'by name',
  'a node has room': 'by name',
  'quota leaves room': 'by name',
  'its ConfigMaps and Secrets are there': 'by name',
  'disk has room': 'by name',
  'manifest applies': 'by name',
  'volume is retained': 'by name',
  'single flight': 'never',
  'deployment is as planned': 'never',
  'volume identity': 'never',
  'no foreign pod on the claim': 'never',
  'proof of death can be had': 'never',
  'journal has room': 'never',
  'calls are allowed': 'never',
  'verified backup': 'by name',
  'no reconciler': 'by name',
  'bot is not beside the patient': 'by name',
  'attachment agrees': 'by name',
  'node is Ready': 'shown',
  'strategy is Recreate': 'shown',
  'disruption budgets': 'shown',
  'managed-by labels': 'shown',
}

/**
 * Every pre-check of a plan, in its class, *can it come back* first. Never throws; what could not be read is `unknown`.
 * Source: kubernetes-linode 5.1 in the classes of recovery-safety 12; approvals, the tenth, are decided in approvals.ts.
 */
export function checksOf(facts: Facts, survey: Survey): readonly Check[] {
  const check = (name: CheckName, finding: Finding): Check => ({
    name,
    class: classOf(name, facts.mode),
    result: !finding.known ? 'unknown' : finding.value.holds ? 'pass' : 'fail',
    detail: finding.known ? finding.value.detail : finding.because,
  })
  const all: readonly Check[] = [
    check('image can be pulled', survey.imagePull),
    check('a node has room', survey.nodeRoom),
    check('quota leaves room', survey.quotaRoom),
    check('its ConfigMaps and Secrets are there', survey.references),
    check('disk has room', survey.diskRoom),
    ...(facts.mode === 'A' ? [] : [check('manifest applies', survey.dryRun)]),
    check(
      'volume is retained',
      found(survey.reclaimPolicy, (policy) => [policy === 'Retain', policy]),
    ),
    check(
      'single flight',
      found(survey.openRun, (run) => [run === null || run === facts.adopts, run ?? 'no open run']),
    ),
    check('deployment is as planned', deploymentIsAsPlanned(facts, survey)),
    check('volume identity', volumeIdentity(facts, survey)),
    check('no foreign pod on the claim', found(survey.foreignPods, none)),
    check('proof of death can be had', proofCanBeHad(facts)),
    check('journal has room', survey.journalRoom),
    check('calls are allowed', found(survey.deniedCalls, none)),
    check('verified backup', survey.backup),
    check('no reconciler', found(survey.reconcilers, none)),
    check('bot is not beside the patient', notBeside(facts)),
    check('attachment agrees', survey.attachmentAgrees),
    check(
      'node is Ready',
      found(survey.nodesReady, (ready) => [isEveryNodeIn(facts, ready), listed(ready)]),
    ),
    check('strategy is Recreate', strategyIsRecreate(facts)),
    check('disruption budgets', found(survey.disruptionBudgets, none)),
    check('managed-by labels', found(survey.managedBy, none)),
  ]
  return all
}

/**
 * Why the plan may not be approved as it is: what failed or is unknown in the first class, and in the second unless overridden.
 * An override names a check of the second class; any other overrides nothing.
 */
export function blocking(checks: readonly Check[], overrides: readonly string[]): readonly Check[] {
  return checks.filter(
    (check) =>
      check.result !== 'pass' &&
      (check.class === 'never' || (check.class === 'by name' && !overrides.includes(check.name))),
  )
}

/** Bringing back must not wait for what only says how sure it is: Postgres is down already. */
function classOf(name: CheckName, mode: Mode): CheckClass {
  if (mode === 'bring back' && CLASS[name] === 'by name') return 'shown'
  // For the volume rung the disagreement is the diagnosis.
  if (mode === 'B' && name === 'attachment agrees') return 'shown'
  return CLASS[name]
}

function found<T>(seen: Seen<T>, judge: (value: T) => readonly [boolean, string]): Finding {
  if (!seen.known) return seen
  const [holds, detail] = judge(seen.value)
  return { known: true, value: { holds, detail } }
}

function none(names: readonly string[]): readonly [boolean, string] {
  return [names.length === 0, listed(names)]
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.join(', ')
}

function deploymentIsAsPlanned({ mode, deployment }: Facts, survey: Survey): Finding {
  return found(survey.deployment, (now) => {
    if (mode === 'bring back') {
      return [(now === 'absent') === (deployment === 'absent'), now === 'absent' ? 'gone' : `${now.replicas} replicas`]
    }
    if (now === 'absent' || deployment === 'absent') return [false, 'gone: only a bring back can help']
    if (now.isDeleting) return [false, 'being deleted']
    return [now.replicas === 1, `${now.replicas} replicas`]
  })
}

function volumeIdentity({ volume: { csi, linode } }: Facts, survey: Survey): Finding {
  if (!survey.isClaimBound.known) return survey.isClaimBound
  if (!survey.accessModes.known) return survey.accessModes
  const fail = (detail: string): Finding => ({ known: true, value: { holds: false, detail } })
  if (!survey.isClaimBound.value) return fail('the claim is not bound')
  const modes = survey.accessModes.value
  if (modes.some((mode) => mode !== 'ReadWriteOnce' && mode !== 'ReadWriteOncePod')) {
    return fail(`access modes ${listed(modes)}`)
  }
  if (linode === null) return { known: true, value: { holds: csi !== null, detail: csi?.handle ?? 'no handle' } }
  if (csi !== null && Number.parseInt(csi.handle, 10) !== linode.volumeId) {
    return fail(`handle ${csi.handle} is not volume ${linode.volumeId}`)
  }
  return found(survey.volume, (now) => {
    if (now === 'absent') return [false, `Linode knows no volume ${linode.volumeId}`]
    const isSame = now.volumeId === linode.volumeId && now.label === linode.label && now.region === linode.region
    return [isSame && now.status === 'active', `${now.volumeId} ${now.label} in ${now.region}, ${now.status}`]
  })
}

/** Every pod's node was frozen, and either CSI makes nodes say what they hold or the Linodes are known. */
function proofCanBeHad(facts: Facts): Finding {
  const stray = facts.pods.find(
    ({ nodeName }) => nodeName !== null && !facts.nodes.some(({ name }) => name === nodeName),
  )
  if (stray !== undefined) {
    return { known: true, value: { holds: false, detail: `node ${stray.nodeName} of ${stray.name} is not to be seen` } }
  }
  const ways = [
    ...(inUseName(facts.volume) !== undefined && facts.nodes.length > 0 ? ['the node lets go'] : []),
    ...(facts.volume.linode === null ? [] : ['the volume is on no Linode']),
    ...(linodeIdsOf(facts).length > 0 ? ['its Linode is off'] : []),
  ]
  return { known: true, value: { holds: ways.length > 0, detail: ways.length === 0 ? 'no way' : ways.join(', or ') } }
}

function notBeside({ botNode, nodes }: Facts): Finding {
  const isBeside = nodes.some(({ name }) => name === botNode)
  const detail = botNode === null ? 'outside the cluster' : `the bot is on ${botNode}`
  return { known: true, value: { holds: !isBeside, detail } }
}

function isEveryNodeIn({ nodes }: Facts, ready: readonly string[]): boolean {
  return nodes.every(({ name }) => ready.includes(name))
}

function strategyIsRecreate({ deployment }: Facts): Finding {
  if (deployment === 'absent') return { known: false, because: 'the Deployment is gone' }
  return { known: true, value: { holds: deployment.strategy === 'Recreate', detail: deployment.strategy } }
}
