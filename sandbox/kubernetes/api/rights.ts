import { qualified } from '../store/resources.js'
import type { Target } from './target.js'

/** What is refused to the bot's user. Every field that is left out matches all. */
export type Denial = {
  readonly verb?: string
  /** With its group, as error texts name it: `pods`, `deployments.apps`, `deployments.apps/scale`. */
  readonly resource?: string
  readonly namespace?: string
}

export type Asked = {
  readonly verb: string
  /** With its group and subresource. */
  readonly resource: string
  readonly namespace: string | undefined
}

export type Rights = {
  readonly deny: (denial: Denial) => void
  readonly allowAll: () => void
  readonly isAllowed: (asked: Asked) => boolean
}

/** Everything is allowed until something is denied. */
export function rightsTable(): Rights {
  let denials: readonly Denial[] = []
  return {
    deny: (denial) => {
      denials = [...denials, denial]
    },
    allowAll: () => {
      denials = []
    },
    isAllowed: (asked) =>
      !denials.some(
        ({ verb, resource, namespace }) =>
          (verb === undefined || verb === asked.verb) &&
          (resource === undefined || resource === asked.resource) &&
          (namespace === undefined || namespace === asked.namespace),
      ),
  }
}

export function askedBy({ verb, resource, subresource, namespace }: Target): Asked {
  const path = subresource === undefined ? qualified(resource) : `${qualified(resource)}/${subresource}`
  return { verb, resource: path, namespace }
}
