import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { blocking, checksOf, type CheckName, type Survey } from '../../../src/core/recovery/checks.js'
import type { Facts } from '../../../src/core/recovery/facts.js'
import { facts, known, UNKNOWN } from './world.js'

const yes = known({ holds: true, detail: 'yes' })
const no = known({ holds: false, detail: 'no' })

const GOOD: Survey = {
  imagePull: yes,
  nodeRoom: yes,
  quotaRoom: yes,
  references: yes,
  diskRoom: yes,
  dryRun: yes,
  reclaimPolicy: known('Retain'),
  accessModes: known(['ReadWriteOnce']),
  isClaimBound: known(true),
  openRun: known(null),
  deployment: known({ isDeleting: false, replicas: 1 }),
  foreignPods: known([]),
  volume: known({ volumeId: 11, label: 'pvc1', region: 'eu-west', status: 'active' }),
  journalRoom: yes,
  deniedCalls: known([]),
  backup: yes,
  reconcilers: known([]),
  attachmentAgrees: yes,
  nodesReady: known(['node-1']),
  disruptionBudgets: known([]),
  managedBy: known([]),
}

function blocked(over: Partial<Survey>, of: Facts = facts(), overrides: readonly string[] = []): readonly CheckName[] {
  return blocking(checksOf(of, { ...GOOD, ...over }), overrides).map(({ name }) => name)
}

describe('the pre-checks', () => {
  test('all pass where all is well, in every mode', () => {
    for (const mode of ['A', 'B'] as const) assert.deepEqual(blocked({}, facts(mode)), [])
    assert.deepEqual(blocked({}, facts('bring back')), [])
  })

  test('can it come back stands first, and the manifest’s dry run is mode B’s and bring back’s', () => {
    const names = checksOf(facts(), GOOD).map(({ name }) => name)
    assert.equal(names[0], 'image can be pulled')
    assert.ok(!names.includes('manifest applies'))
    assert.ok(checksOf(facts('B'), GOOD).some(({ name }) => name === 'manifest applies'))
  })

  const never: readonly (readonly [CheckName, Partial<Survey>])[] = [
    ['single flight', { openRun: known('r9') }],
    ['single flight', { openRun: UNKNOWN }],
    ['deployment is as planned', { deployment: known({ isDeleting: true, replicas: 1 }) }],
    ['deployment is as planned', { deployment: known({ isDeleting: false, replicas: 2 }) }],
    ['deployment is as planned', { deployment: known('absent') }],
    ['volume identity', { volume: known({ volumeId: 11, label: 'x', region: 'eu-west', status: 'active' }) }],
    ['volume identity', { volume: known({ volumeId: 11, label: 'pvc1', region: 'eu-west', status: 'resizing' }) }],
    ['volume identity', { volume: UNKNOWN }],
    ['volume identity', { volume: known('absent') }],
    ['volume identity', { isClaimBound: known(false) }],
    ['volume identity', { isClaimBound: UNKNOWN }],
    ['volume identity', { accessModes: known(['ReadWriteMany']) }],
    ['no foreign pod on the claim', { foreignPods: known(['psql-debug']) }],
    ['no foreign pod on the claim', { foreignPods: UNKNOWN }],
    ['journal has room', { journalRoom: no }],
    ['calls are allowed', { deniedCalls: known(['patch deployments/scale']) }],
  ]
  for (const [name, over] of never) {
    test(`"${name}" is overridden by nobody: ${JSON.stringify(over)}`, () => {
      assert.deepEqual(blocked(over, facts(), [name]), [name])
    })
  }

  const named: readonly (readonly [CheckName, Partial<Survey>])[] = [
    ['image can be pulled', { imagePull: no }],
    ['a node has room', { nodeRoom: UNKNOWN }],
    ['quota leaves room', { quotaRoom: no }],
    ['its ConfigMaps and Secrets are there', { references: no }],
    ['disk has room', { diskRoom: UNKNOWN }],
    ['volume is retained', { reclaimPolicy: known('Delete') }],
    ['verified backup', { backup: no }],
    ['no reconciler', { reconcilers: known(['HorizontalPodAutoscaler postgres']) }],
    ['attachment agrees', { attachmentAgrees: no }],
  ]
  for (const [name, over] of named) {
    test(`"${name}" is overridden by its name only, failed or unknown, and stops no bring back`, () => {
      assert.deepEqual(blocked(over), [name])
      assert.deepEqual(blocked(over, facts(), ['another']), [name])
      assert.deepEqual(blocked(over, facts(), [name]), [])
      assert.deepEqual(blocked(over, facts('bring back')), [])
    })
  }

  test('what is only shown stops nothing', () => {
    const shown = { nodesReady: known([]), disruptionBudgets: known(['postgres']), managedBy: UNKNOWN }
    assert.deepEqual(blocked(shown), [])
  })

  test('for the volume rung the disagreement is the diagnosis, not an obstacle', () => {
    assert.deepEqual(blocked({ attachmentAgrees: no }, facts('B')), [])
  })

  test('a bring back may take over the very run it names, and no other', () => {
    assert.deepEqual(blocked({ openRun: known('r9') }, facts('bring back', { adopts: 'r9' })), [])
    assert.deepEqual(blocked({ openRun: known('r8') }, facts('bring back', { adopts: 'r9' })), ['single flight'])
  })

  test('a handle that names another volume is not this volume', () => {
    const { volume } = facts()
    const other = facts('A', { volume: { ...volume, csi: { driver: 'd', handle: '12-pvc1' } } })
    assert.deepEqual(blocked({}, other, ['volume identity']), ['volume identity'])
  })

  test('the bot beside its patient, and a pod on a node nobody could freeze, are found from the facts', () => {
    assert.deepEqual(blocked({}, facts('A', { botNode: 'node-1' })), ['bot is not beside the patient'])
    assert.deepEqual(blocked({}, facts('A', { nodes: [] })), ['proof of death can be had'])
  })
})
