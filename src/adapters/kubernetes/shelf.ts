import { isDeepStrictEqual } from 'node:util'

import type { Listed } from './list.js'

/** All of one kind, by uid. What did not change stays the same object, and so does the array of all. */
export type Shelf<T> = {
  all(): readonly T[]
  /** Puts a complete LIST in the place of what is there; null empties it. Returns what is new or changed. */
  replace(listed: Listed<T> | null): readonly T[]
  /** True when that changed anything. */
  put(uid: string, value: T): boolean
  remove(uid: string): void
}

export function shelf<T>(): Shelf<T> {
  let values = new Map<string, T>()
  // Made when somebody asks: 5,000 pods are not copied for each event of a rollout.
  let array: readonly T[] | undefined = []

  return {
    all: () => (array ??= [...values.values()]),
    replace(listed) {
      const next = new Map<string, T>()
      const changed: T[] = []
      for (const [uid, value] of listed?.entries ?? []) {
        const old = values.get(uid)
        const isSame = old !== undefined && isDeepStrictEqual(old, value)
        if (!isSame) changed.push(value)
        next.set(uid, isSame ? old : value)
      }
      if (changed.length > 0 || next.size !== values.size) {
        values = next
        array = undefined
      }
      return changed
    },
    put(uid, value) {
      if (isDeepStrictEqual(values.get(uid), value)) return false
      values.set(uid, value)
      array = undefined
      return true
    },
    remove(uid) {
      if (values.delete(uid)) array = undefined
    },
  }
}
