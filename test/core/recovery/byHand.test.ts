import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { equivalentLines, finishingScript } from '../../../src/core/recovery/byHand.js'
import { facts, IN_USE, outsideCsi, plan } from './world.js'

/** What a stand-in for kubectl prints, and for `sleep` what it does: the next look finds `later`. */
type Answers = {
  readonly pods?: string
  readonly inUse?: string
  readonly node?: string
  readonly lease?: string
  readonly deployment?: string
  /** The Lease of the second look. */
  readonly later?: string
  readonly failing?: string
}

/** Runs the script with the stand-ins first in PATH; what it changed is the kubectl calls that are no `get`. */
function run(answers: Answers = {}, args: readonly string[] = []): { readonly code: number; readonly changed: string } {
  const folder = mkdtempSync(join(tmpdir(), 'finishing-'))
  try {
    const files = {
      pods: answers.pods ?? 'other-claim',
      inUse: answers.inUse ?? 'kubernetes.io/csi/x^1',
      node: answers.node ?? 'node-uid-1 boot-1 True',
      lease: answers.lease ?? 't0',
      deployment: answers.deployment ?? 'dep-1 500 0 no',
    }
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
    const kubectl = `#!/bin/sh
case "$*" in
  *"get ${answers.failing ?? 'nothing'}"*) exit 1 ;;
  *"get pods"*) cat ${folder}/pods ;;
  *"get nodes"*) cat ${folder}/inUse ;;
  *"get node "*) cat ${folder}/node ;;
  *"get lease"*) cat ${folder}/lease ;;
  *"get deployment"*) cat ${folder}/deployment ;;
  *) echo "$*" >> ${folder}/changed ;;
esac
`
    writeFileSync(join(folder, 'kubectl'), kubectl)
    writeFileSync(join(folder, 'sleep'), `#!/bin/sh\nprintf '%s' '${answers.later ?? 't1'}' > ${folder}/lease\n`)
    writeFileSync(join(folder, 'changed'), '')
    for (const name of ['kubectl', 'sleep']) chmodSync(join(folder, name), 0o755)
    const script = finishingScript(plan())
    assert.ok(script !== undefined)
    const env = { PATH: `${folder}:/usr/bin:/bin` }
    const { status } = spawnSync('sh', ['-s', '--', ...args], { input: script, env, timeout: 20_000 })
    return { code: status ?? -1, changed: readFileSync(join(folder, 'changed'), 'utf8').trim() }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

describe('the finishing script', () => {
  test('says first not to apply or scale while the run is open', () => {
    assert.match(finishingScript(plan())?.split('\n')[1] ?? '', /^# Do NOT apply or scale postgres .*run r1 is open/)
  })

  test('scales to 1 with the resourceVersion it read when the node let go, twice', () => {
    const expected = '-n default scale deployment postgres --replicas=1 --current-replicas=0 --resource-version=500'
    assert.deepEqual(run(), { code: 0, changed: expected })
  })

  test('creates the saved manifest where the Deployment is gone, and refuses without one', () => {
    assert.deepEqual(run({ deployment: '' }, ['saved.yaml']), { code: 0, changed: '-n default create -f saved.yaml' })
    assert.deepEqual(run({ deployment: '' }), { code: 1, changed: '' })
  })

  const refused: readonly (readonly [string, Answers])[] = [
    ['a pod mounts the claim', { pods: 'other-claim\npostgres-storage' }],
    ['the pods cannot be read', { failing: 'pods' }],
    ['a node lists the volume', { inUse: IN_USE }],
    ['the nodes cannot be read', { failing: 'nodes' }],
    ['the node is another', { node: 'node-uid-2 boot-1 True' }],
    ['the node has booted', { node: 'node-uid-1 boot-2 True' }],
    ['the node is not Ready', { node: 'node-uid-1 boot-1 Unknown' }],
    ['the node is gone', { failing: 'node ' }],
    ['the Lease is not renewed', { later: 't0' }],
    ['the Lease cannot be read', { failing: 'lease' }],
    ['it is another Deployment', { deployment: 'dep-2 500 0 no' }],
    ['it is scaled up already', { deployment: 'dep-1 500 1 no' }],
    ['it is being deleted', { deployment: 'dep-1 500 0 yes' }],
    ['the Deployment cannot be read', { failing: 'deployment' }],
  ]
  for (const [name, answers] of refused) {
    test(`changes nothing when ${name}`, () => assert.deepEqual(run(answers), { code: 1, changed: '' }))
  }

  test('is not printed where a shell could prove nothing', () => {
    assert.equal(finishingScript(plan({ facts: outsideCsi('A') })), undefined)
    assert.equal(finishingScript(plan({ facts: facts('A', { nodes: [] }) })), undefined)
  })

  test('runs nothing that stands in a name', () => {
    const hostile = "a'b\n$(touch x)`touch y`;exit 0"
    const named = facts('A', {
      namespace: hostile,
      deploymentName: hostile,
      claim: { name: hostile, uid: 'c' },
      nodes: facts().nodes.map((node) => ({ ...node, name: hostile })),
    })
    const script = finishingScript(plan({ run: hostile, facts: named })) ?? ''
    const folder = mkdtempSync(join(tmpdir(), 'finishing-'))
    try {
      const { stderr } = spawnSync('sh', ['-s'], {
        input: script,
        cwd: folder,
        env: { PATH: '/usr/bin:/bin' },
        timeout: 20_000,
      })
      assert.match(String(stderr), /REFUSED/)
      assert.deepEqual(readdirSync(folder), [])
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})

test('every step of every mode has its lines by hand, but the last, which is the bot’s own record', () => {
  for (const frozen of [facts('A'), facts('B'), facts('bring back'), outsideCsi('B')]) {
    const drawn = plan({ facts: frozen })
    for (const step of drawn.steps.filter((id) => id !== 'close'))
      assert.ok(equivalentLines(drawn, step).length > 0, step)
  }
})
