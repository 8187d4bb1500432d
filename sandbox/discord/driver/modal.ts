import { ComponentType } from 'discord-api-types/v10'
import { fieldsOf, type Fields, itemsOf, textOf } from '../limits/issue.js'
import { flatComponents } from './components.js'
import { isPersonFile, type PersonFile, uploaded } from './files.js'
import type { Filling } from './options.js'
import { chosenValues, offeredValue } from './picks.js'
import { DriverRefusal } from './refusal.js'

/** By custom id: a text, values of a select or of checkboxes, or files. */
export type ModalValues = Readonly<Record<string, string | readonly string[] | readonly PersonFile[]>>

/**
 * The `components` of a modal submit, in the shape the modal was opened with (labels or rows).
 * Refuses unknown fields, missing required ones and texts outside their length, as the client does.
 */
export function submittedComponents(filling: Filling, modal: Fields, values: ModalValues): unknown[] {
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
          component: submittedInput(filling, fieldsOf(fields['component']), values, id + 1),
        }
      case ComponentType.ActionRow: {
        const input = fieldsOf(itemsOf(fields['components'])[0])
        return { type: ComponentType.ActionRow, id, components: [submittedInput(filling, input, values, id + 1)] }
      }
      default:
        return { type: fields['type'], id }
    }
  })
}

function submittedInput(filling: Filling, input: Fields, values: ModalValues, id: number): unknown {
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
    case ComponentType.RadioGroup: {
      if (given === undefined && isRequired) throw new DriverRefusal(`"${customId}" is required`)
      return { ...common, value: given === undefined ? null : offeredValue(input, textOf(given)) }
    }
    default: {
      const list: readonly unknown[] = given === undefined ? [] : typeof given === 'string' ? [given] : given
      if (list.length === 0 && isRequired) throw new DriverRefusal(`"${customId}" is required`)
      if (list.length === 0) return { ...common, values: [] }
      const isFile = input['type'] === ComponentType.FileUpload
      return { ...common, values: isFile ? uploads(filling, input, list) : picked(filling, input, list) }
    }
  }
}

function picked({ world, person }: Filling, input: Fields, list: readonly unknown[]): string[] {
  return chosenValues(world, person, input, list.map(textOf))
}

function uploads({ world, channel }: Filling, input: Fields, list: readonly unknown[]): string[] {
  const files = list.filter(isPersonFile)
  const least = Number(input['min_values'] ?? 1)
  const most = Number(input['max_values'] ?? 1)
  if (files.length < list.length || files.length < least || files.length > most) {
    throw new DriverRefusal(`"${textOf(input['custom_id'])}" takes ${least} to ${most} files`)
  }
  return files.map((file) => uploaded(world, channel.id, file, input['file_types']))
}
