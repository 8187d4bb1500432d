import { el } from './dom.js'
import { markdown } from './markdown.js'

/** Shows a modal that the bot opened; sends its values by custom id, or closes. */
export function openModal(dialog, interaction, context) {
  const { modal } = interaction
  const fields = []
  const parts = modal.components.map((part) => {
    if (part.type === 10) return el('div', { class: 'text' }, markdown(part.content, context))
    const input = part.component ?? part.components[0]
    const control = controlNode(input, context)
    fields.push([input.custom_id, control.read])
    return el(
      'label',
      { class: 'field' },
      el(
        'span',
        {},
        part.label ?? input.label,
        input.required === false && el('span', { class: 'faint' }, ' optional'),
      ),
      part.description && el('span', { class: 'faint' }, part.description),
      control.node,
    )
  })
  const complaint = el('p', { class: 'failed', role: 'alert' })
  const close = () => dialog.close()
  const submit = async (event) => {
    event.preventDefault()
    const values = Object.fromEntries(
      fields.map(([id, read]) => [id, read()]).filter(([, value]) => value !== undefined),
    )
    const refused = await context.act({ kind: 'modal', interaction: interaction.id, values }, { quiet: true })
    if (refused === undefined) close()
    else complaint.textContent = refused
  }
  dialog.replaceChildren(
    el(
      'form',
      { onsubmit: submit },
      el('h2', {}, modal.title),
      parts,
      complaint,
      el(
        'div',
        { class: 'row end' },
        el('button', { type: 'button', class: 'button secondary', onclick: close }, 'Cancel'),
        el('button', { type: 'submit', class: 'button primary' }, 'Submit'),
      ),
    ),
  )
  dialog.showModal()
}

function controlNode(input, context) {
  const required = input.required !== false
  if (input.type === 4) {
    const attributes = {
      required,
      minlength: input.min_length,
      maxlength: input.max_length ?? 4000,
      placeholder: input.placeholder,
    }
    const node =
      input.style === 2 ? el('textarea', { ...attributes, rows: 4 }) : el('input', { ...attributes, type: 'text' })
    node.value = input.value ?? ''
    return { node, read: () => node.value }
  }
  if (input.type === 23) {
    const node = el('input', { type: 'checkbox', checked: input.default })
    return { node, read: () => String(node.checked) }
  }
  const options = input.options ?? context.candidates(input.type)
  const isMany = (input.max_values ?? 1) > 1 || input.type === 22
  const node = el(
    'select',
    { required, multiple: isMany },
    !isMany && el('option', { value: '' }, input.placeholder ?? 'Choose'),
    options.map((option) => el('option', { value: option.value, selected: option.default }, option.label)),
  )
  return {
    node,
    read: () => {
      const values = [...node.selectedOptions].map((option) => option.value).filter((value) => value !== '')
      if (values.length === 0) return undefined
      return input.type === 21 ? values[0] : values
    },
  }
}
