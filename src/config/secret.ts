import { inspect } from 'node:util'
import type { Secret } from '../ports/config.js'

const SHOWN = '[secret]'

/** Wraps a value that must never be printed. Templates, JSON, inspection and logs show `[secret]`; `reveal()` gives it. */
export function secret(value: string): Secret {
  const shown = (): string => SHOWN
  // Not enumerable and inside a closure: spreading, cloning or walking the object finds nothing to print.
  return Object.freeze(
    Object.defineProperties({} as Secret, {
      reveal: { value: () => value },
      toString: { value: shown },
      toJSON: { value: shown },
      [Symbol.toPrimitive]: { value: shown },
      [inspect.custom]: { value: shown },
    }),
  )
}
