import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Control } from './simulation/process.js'
import { play } from './simulation/simulation.js'

const SEEDS = 10

async function caught(control: Control, by: RegExp): Promise<number> {
  let seeds = 0
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const { violations } = await play(seed, control)
    if (violations.some((line) => by.test(line))) seeds += 1
  }
  return seeds
}

test('an executor that writes done before the effect is caught', async () => {
  const doneFirst: Control = (honest) => ({
    ...honest,
    next(moment) {
      const move = honest.next(moment)
      const wasSent = moment.run.intents.some(({ step }) => move.kind === 'act' && step === move.step)
      return move.kind === 'act' && !wasSent && move.act.verb === 'scale to 0'
        ? { kind: 'step done', step: move.step }
        : move
    },
  })
  assert.ok((await caught(doneFirst, /^I2/)) > SEEDS / 4)
})

test('an executor that does not look again after a restart is caught', async () => {
  const remembered = new Map<string, Awaited<ReturnType<Parameters<Control>[0]['patient']['observe']>>>()
  const blind: Control = (honest, life) => ({
    ...honest,
    patient: {
      act: (act, deadlineMs) => honest.patient.act(act, deadlineMs),
      async observe() {
        const before = remembered.get(honest.holder.installation)
        if (life > 0 && before !== undefined) {
          // Time passes all the same, or it would look without end.
          await honest.clock.sleep(5_000)
          return before
        }
        const look = await honest.patient.observe()
        remembered.set(honest.holder.installation, look)
        return look
      },
    },
  })
  assert.ok((await caught(blind, /^I2|^I9/)) > 0)
})
