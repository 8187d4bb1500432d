import type { KubeObject } from '../store/object.js'
import { isJsonObject } from '../store/object.js'
import type { Resource } from '../store/resources.js'
import { badRequest } from './refusal.js'

export type Matches = (object: KubeObject) => boolean

const REQUIREMENT =
  /^\s*(?:(?<absent>!)\s*(?<gone>[\w./-]+)|(?<key>[\w./-]+)\s*(?:(?<operator>==|=|!=)\s*(?<value>[\w.-]*)|\s(?<set>in|notin)\s*\((?<values>[^()]*)\))?)\s*$/

/** `a=b,c!=d,e in (f,g),h,!i`, all of which must hold. Refuses what it cannot read with 400. */
export function labelSelector(text: string): Matches {
  const all = splitOutsideParentheses(text).map(requirement)
  return (object) => all.every((matches) => matches(object.metadata.labels ?? {}))
}

/** `metadata.name=x,spec.nodeName!=y`; only the fields this kind knows, others are refused with 400. */
export function fieldSelector(text: string, resource: Resource): Matches {
  const known = ['metadata.name', ...(resource.isNamespaced ? ['metadata.namespace'] : []), ...resource.fieldSelectors]
  const all = text
    .split(',')
    .filter((part) => part.trim() !== '')
    .map((part): Matches => {
      const { field, operator, value } =
        /^\s*(?<field>[^=!]+?)\s*(?<operator>!=|==?)\s*(?<value>.*?)\s*$/.exec(part)?.groups ?? {}
      if (field === undefined) {
        throw badRequest(`invalid selector: '${text}'; can't understand '${part}'`)
      }
      if (!known.includes(field)) throw badRequest(unknownField(field, resource))
      return (object) => (fieldOf(object, field) === value) !== (operator === '!=')
    })
  return (object) => all.every((matches) => matches(object))
}

/** Pods and other kinds with fields of their own word it differently. */
function unknownField(field: string, resource: Resource): string {
  return resource.fieldSelectors.length > 0
    ? `field label not supported: ${field}`
    : `"${field}" is not a known field selector: only "metadata.name"${resource.isNamespaced ? ', "metadata.namespace"' : ''}`
}

function fieldOf(object: KubeObject, field: string): string {
  const found = field.split('.').reduce<unknown>((at, key) => (isJsonObject(at) ? at[key] : undefined), object)
  return typeof found === 'string' ? found : typeof found === 'boolean' ? String(found) : ''
}

function requirement(part: string): (labels: Readonly<Record<string, string>>) => boolean {
  const found = REQUIREMENT.exec(part)?.groups
  if (found === undefined) throw badRequest(`unable to parse requirement: found '${part.trim()}'`)
  const { gone, key, operator, value, set, values } = found
  if (gone !== undefined) return (labels) => labels[gone] === undefined
  const name = key ?? ''
  if (operator !== undefined) return (labels) => (labels[name] === (value ?? '')) !== (operator === '!=')
  if (set !== undefined) {
    const listed = (values ?? '').split(',').map((each) => each.trim())
    return (labels) => {
      const own = labels[name]
      return (own !== undefined && listed.includes(own)) !== (set === 'notin')
    }
  }
  return (labels) => labels[name] !== undefined
}

function splitOutsideParentheses(text: string): string[] {
  return text.split(/,(?![^()]*\))/).filter((part) => part.trim() !== '')
}
