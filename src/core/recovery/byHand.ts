import type { Facts } from './facts.js'
import { inUseName } from './facts.js'
import type { Plan } from './plan.js'
import type { StepId } from './step.js'

/** The lines a person would type for a step, for reading: they check nothing. {@link finishingScript} does. */
export function equivalentLines({ facts }: Plan, step: StepId): readonly string[] {
  const on = `-n ${quoted(facts.namespace)}`
  const deployment = quoted(`deployment/${facts.deploymentName}`)
  const { linode } = facts.volume
  switch (step) {
    case 'record':
      return [`kubectl ${on} get ${deployment} -o yaml > saved.yaml`]
    case 'stop':
      return [`kubectl ${on} scale ${deployment} --replicas=0 --current-replicas=1`]
    case 'pods gone':
      return [`kubectl ${on} get pods -o wide   # none may mount ${facts.claim.name}`]
    case 'gate':
      return facts.nodes.map(({ name }) => `kubectl get node ${quoted(name)} -o jsonpath='{.status.volumesInUse}'`)
    case 'delete':
      return [`kubectl ${on} delete ${deployment} --cascade=background`]
    case 'release':
      return [
        'kubectl get volumeattachments',
        ...(linode === null ? [] : [`GET /v4/volumes/${linode.volumeId}   # until linode_id is null`]),
      ]
    case 'attach':
      return linode === null || linode.linodeId === null
        ? []
        : [`POST /v4/volumes/${linode.volumeId}/attach {"linode_id":${linode.linodeId},"persist_across_boots":false}`]
    case 'start':
      return facts.mode === 'B' || facts.deployment === 'absent'
        ? [`kubectl ${on} create -f saved.yaml`]
        : [`kubectl ${on} scale ${deployment} --replicas=1 --current-replicas=0`]
    case 'verify':
      return [`kubectl ${on} rollout status ${deployment}`, `kubectl ${on} exec ${deployment} -- psql -c 'select 1'`]
    case 'close':
      return []
  }
}

/**
 * The script that finishes a run without the bot: it checks the gate, refuses, and only then starts Postgres. Posted before the
 * first effect, to be saved and run as a whole; `saved.yaml` (its first argument) is needed where the Deployment is gone.
 * It takes the first proof only, a node that let go, twice 15 s apart; undefined outside CSI or without a planned node, where a
 * shell cannot prove anything and a person must see the machine off. Needs a POSIX shell, kubectl and nothing else.
 */
export function finishingScript(plan: Plan): string | undefined {
  const { facts } = plan
  const inUse = inUseName(facts.volume)
  if (inUse === undefined || facts.nodes.length === 0) return undefined
  const on = `-n ${quoted(facts.namespace)}`
  const name = quoted(facts.deploymentName)
  return `#!/bin/sh
# Do NOT apply or scale ${oneLine(facts.deploymentName)} by hand while run ${oneLine(plan.run)} is open: this script does it when it is safe.
# It changes nothing until the old Postgres is proven dead. Run it again if it refuses.
set -eu
refuse() { echo "REFUSED, nothing was changed: $*" >&2; exit 1; }

pods=$(kubectl ${on} get pods -o ${template(PODS)}) || refuse "the pods cannot be read"
printf '%s\\n' "$pods" | grep -qFx -- ${quoted(facts.claim.name)} && refuse ${quoted(`a pod still mounts ${facts.claim.name}`)}

look() {
  all=$(kubectl get nodes -o ${template(IN_USE)}) || refuse "the nodes cannot be read"
  printf '%s\\n' "$all" | grep -qFx -- ${quoted(inUse)} && refuse "a node still lists the volume in use"
${facts.nodes.map(lookAt).join('\n')}
}
look
${facts.nodes.map((_, index) => `before${index}=$renewed${index}`).join('\n')}
echo "The node let go; looking again in 15 s."
sleep 15
look
${facts.nodes.map(({ name: node }, index) => `[ "$renewed${index}" != "$before${index}" ] || refuse ${quoted(`node ${node} does not renew its Lease`)}`).join('\n')}
pods=$(kubectl ${on} get pods -o ${template(PODS)}) || refuse "the pods cannot be read"
printf '%s\\n' "$pods" | grep -qFx -- ${quoted(facts.claim.name)} && refuse ${quoted(`a pod mounts ${facts.claim.name} again`)}

found=$(kubectl ${on} get deployment ${name} --ignore-not-found -o ${template(DEPLOYMENT)}) || refuse "the Deployment cannot be read"
if [ -z "$found" ]; then
  [ -n "\${1:-}" ] || refuse "the Deployment is gone: give the saved manifest as the first argument"
  exec kubectl ${on} create -f "$1"
fi
set -- $found
${uidLine(facts)}
[ "$3" = 0 ] || refuse "it is at $3 replicas: verify it instead"
[ "$4" = no ] || refuse "the Deployment is being deleted: wait until it is gone"
exec kubectl ${on} scale deployment ${name} --replicas=1 --current-replicas=0 --resource-version="$2"
`
}

const PODS = String.raw`{{range .items}}{{range .spec.volumes}}{{with .persistentVolumeClaim}}{{.claimName}}{{"\n"}}{{end}}{{end}}{{end}}`
const IN_USE = String.raw`{{range .items}}{{range .status.volumesInUse}}{{.}}{{"\n"}}{{end}}{{end}}`
const NODE = `{{.metadata.uid}} {{.status.nodeInfo.bootID}} {{range .status.conditions}}{{if eq .type "Ready"}}{{.status}}{{end}}{{end}}`
const DEPLOYMENT = `{{.metadata.uid}} {{.metadata.resourceVersion}} {{.spec.replicas}} {{if .metadata.deletionTimestamp}}yes{{else}}no{{end}}`

function lookAt({ name, uid, bootId }: Facts['nodes'][number], index: number): string {
  return `  node=$(kubectl get node ${quoted(name)} -o ${template(NODE)}) || refuse ${quoted(`node ${name} cannot be read`)}
  [ "$node" = ${quoted(`${uid} ${bootId} True`)} ] || refuse ${quoted(`node ${name} is not the same, Ready boot`)}
  renewed${index}=$(kubectl -n kube-node-lease get lease ${quoted(name)} -o ${template('{{.spec.renewTime}}')}) || refuse "its Lease cannot be read"`
}

function uidLine({ deployment }: Facts): string {
  return deployment === 'absent'
    ? 'refuse "somebody re-created the Deployment: verify it instead"'
    : `[ "$1" = ${quoted(deployment.uid)} ] || refuse "it is another Deployment of that name"`
}

function template(text: string): string {
  return `go-template=${quoted(text)}`
}

/** For a comment: it ends where the line does. */
function oneLine(text: string): string {
  return text.replaceAll(/\s/g, ' ')
}

/** For a POSIX shell: nothing inside is read. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
