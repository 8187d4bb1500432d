import type { Sighting } from '../../src/core/attribution/picture.js'
import { DependencyError } from '../../src/core/errors.js'
import type { SightingStore } from '../../src/ports/cluster.js'
import { power as alwaysOn, type Power } from './power.js'

/** Sightings on a disk that survives a restart, and what is wrong with it. */
export type SightingDisk = {
  sightings: readonly Sighting[]
  fault: 'none' | 'unreadable' | 'full'
  /** What each save brought. */
  saves: readonly (readonly Sighting[])[]
  forgottenBefore: readonly number[]
}

export function sightingDisk(sightings: readonly Sighting[] = []): SightingDisk {
  return { sightings, fault: 'none', saves: [], forgottenBefore: [] }
}

export function fakeSightings(on: SightingDisk, power: Power = alwaysOn()): SightingStore {
  const key = ({ address, podUid }: Sighting): string => `${podUid} ${address}`
  const write = async (): Promise<void> => {
    await power.pass('sightings write')
    if (on.fault !== 'none') throw new DependencyError('disk', 'the disk is full')
  }
  return {
    async read() {
      await power.pass('sightings read')
      if (on.fault === 'unreadable') throw new DependencyError('disk', 'it is not a database')
      return on.sightings
    },
    async save(sightings) {
      await write()
      on.saves = [...on.saves, sightings]
      const all = new Map([...on.sightings, ...sightings].map((one) => [key(one), one]))
      on.sightings = [...all.values()]
    },
    async forgetBefore(at) {
      await write()
      on.forgottenBefore = [...on.forgottenBefore, at]
      on.sightings = on.sightings.filter(({ lastSeenAt }) => lastSeenAt >= at)
    },
    close: () => Promise.resolve(),
  }
}
