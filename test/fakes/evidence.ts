import { DependencyError } from '../../src/core/errors.js'
import type { EvidenceStore } from '../../src/ports/evidence.js'
import type { ManualClock } from './clock.js'
import { power as alwaysOn, type Power } from './power.js'

/** Evidence in memory: `files` outlives the bot. */
export type EvidenceDisk = { readonly files: Map<string, string>; saveTakesMs: number; isFull: boolean }

export function evidenceDisk(): EvidenceDisk {
  return { files: new Map(), saveTakesMs: 0, isFull: false }
}

export function fakeEvidence(on: EvidenceDisk, clock: ManualClock, power: Power = alwaysOn()): EvidenceStore {
  return {
    async save(name, text) {
      await power.pass('before evidence save')
      if (on.isFull) throw new DependencyError('disk', 'no space left')
      if (on.saveTakesMs > 0) await clock.sleep(on.saveTakesMs)
      const file = `${name}.json`
      on.files.set(file, text)
      await power.pass('after evidence save')
      return { file, sha256: 'ab'.repeat(32) }
    },
    async load(file) {
      await power.pass('evidence load')
      const text = on.files.get(file)
      if (text === undefined) throw new DependencyError('disk', `there is no ${file}`)
      return text
    },
  }
}
