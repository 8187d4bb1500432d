import { ComponentType } from 'discord-api-types/v10'
import { fieldsOf, type Fields, itemsOf, textOf } from '../limits/issue.js'
import { chosenValues, flatComponents } from './components.js'
import { DriverRefusal } from './refusal.js'

export type ModalValues = Readonly<Record<string, string | readonly string[]>>

/**
 * The `components` of a modal submit, in the shape the modal was opened with (labels or rows).
 * Refuses unknown fields, missing required ones and texts outside their length, as the client does.
 */
export function submittedComponents(modal: Fields, values: ModalValues): unknown[] {
  const inputs = flatComponents(modal['components']).filter((component) => 'custom_id' in component)
  const unknown = Object.keys(values).find((id) => !inputs.some((input) => input['custom_id'] === id))
  if (unknown !== undefined) throw new DriverRefusal(`the modal has no field "${unknown}"`)
  return itemsOf(modal['components']).map((part, index) => {
    const fields = fieldsOf(part)
    const id = Number(fields['id'] ?? index * 2 + 1)
    switch (fields['type']) {
      case ComponentType.Label:
        return {
          type: ComponentType.Label,
          id,
          component: submittedInput(fieldsOf(fields['component']), values, id + 1),
        }
      case ComponentType.ActionRow: {
        const input = fieldsOf(itemsOf(fields['components'])[0])
        return { type: ComponentType.ActionRow, id, components: [submittedInput(input, values, id + 1)] }
      }
      default:
        return { type: fields['type'], id }
    }
  })
}

function submittedInput(input: Fields, values: ModalValues, id: number): unknown {
  const customId = String(input['custom_id'])
  const given = values[customId]
  const isRequired = input['required'] !== false
  const common = { type: input['type'], id: Number(input['id'] ?? id), custom_id: customId }
  switch (input['type']) {
    case ComponentType.TextInput: {
      const text = textOf(given ?? input['value'])
      const least = Number(input['min_length'] ?? 0)
      const most = Number(input['max_length'] ?? 4000)
      if (isRequired && text === '') throw new DriverRefusal(`"${customId}" is required`)
      if (text !== '' && (text.length < least || text.length > most)) {
        throw new DriverRefusal(`"${customId}" takes ${least} to ${most} characters`)
      }
      return { ...common, value: text }
    }
    case ComponentType.Checkbox:
      return { ...common, value: given === 'true' }
    case ComponentType.RadioGroup:
      if (given === undefined && isRequired) throw new DriverRefusal(`"${customId}" is required`)
      return { ...common, value: given ?? null }
    default: {
      const list = given === undefined ? [] : typeof given === 'string' ? [given] : [...given]
      if (list.length === 0 && isRequired) throw new DriverRefusal(`"${customId}" is required`)
      return { ...common, values: list.length === 0 ? [] : chosenValues(input, list) }
    }
  }
}
