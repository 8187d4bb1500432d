import { ButtonStyle, ComponentType } from 'discord-api-types/v10'
import { fieldsOf, type Fields, textOf } from '../limits/issue.js'
import { SELECTS } from '../limits/controls.js'
import { DriverRefusal } from './refusal.js'

/** How a person points at a control: by what is written on it, or by its custom id. */
export type Pointer = { readonly customId?: string; readonly label?: string | RegExp }

/** All components of a message, nested ones too, in reading order. */
export function flatComponents(value: unknown): Fields[] {
  if (Array.isArray(value)) return value.flatMap(flatComponents)
  const fields = fieldsOf(value)
  if (typeof fields['type'] !== 'number') return []
  return [fields, ...['components', 'accessory', 'component'].flatMap((key) => flatComponents(fields[key]))]
}

/** The button meant, if it can be pressed. */
export function buttonAt(components: unknown, pointer: Pointer): Fields {
  const buttons = flatComponents(components).filter((component) => component['type'] === ComponentType.Button)
  const button = onlyOne(buttons, pointer, 'button')
  if (button['disabled'] === true) throw new DriverRefusal(`the button ${named(pointer)} is disabled`)
  if (button['style'] === ButtonStyle.Link) throw new DriverRefusal(`the button ${named(pointer)} is a link`)
  return button
}

/** The select meant, if it can be opened. */
export function selectAt(components: unknown, pointer: Pointer): Fields {
  const selects = flatComponents(components).filter((component) => SELECTS.includes(component['type']))
  const select = onlyOne(selects, pointer, 'select')
  if (select['disabled'] === true) throw new DriverRefusal(`the select ${named(pointer)} is disabled`)
  return select
}

function onlyOne(candidates: readonly Fields[], pointer: Pointer, what: string): Fields {
  const matching = candidates.filter((candidate) => {
    const label = textOf(candidate['label'] ?? candidate['placeholder'])
    const isNamed =
      pointer.label === undefined ||
      (typeof pointer.label === 'string' ? pointer.label === label : pointer.label.test(label))
    return isNamed && (pointer.customId === undefined || candidate['custom_id'] === pointer.customId)
  })
  const [first, second] = matching
  if (first === undefined) {
    const there = candidates.map((candidate) => String(candidate['label'] ?? candidate['custom_id'])).join(', ')
    throw new DriverRefusal(`there is no ${what} ${named(pointer)}; there are: ${there || 'none'}`)
  }
  if (second !== undefined) throw new DriverRefusal(`more than one ${what} fits ${named(pointer)}`)
  return first
}

function named(pointer: Pointer): string {
  return String(pointer.label ?? pointer.customId ?? '(any)')
}
