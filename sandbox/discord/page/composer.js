import { el } from './dom.js'

const SUBCOMMAND = 1
const GROUP = 2

/** Every command that can be sent, sub-commands spelled out: { words, description, options }. */
function sendable(commands) {
  const spell = (words, description, options) => {
    const nested = options.filter((option) => option.type === SUBCOMMAND || option.type === GROUP)
    if (nested.length === 0) return [{ words, description, options }]
    return nested.flatMap((option) => spell(`${words} ${option.name}`, option.description, option.options ?? []))
  }
  return commands.flatMap((command) => spell(command.name, command.description, command.options))
}

/** The line below the messages: plain words, or a command with a field for each option. */
export function composer(root, context) {
  const input = el('input', {
    type: 'text',
    class: 'line',
    'aria-label': 'Message, or / for commands',
    placeholder: 'Write, or type / for commands',
    autocomplete: 'off',
    role: 'combobox',
    'aria-expanded': 'false',
    'aria-controls': 'suggestions',
  })
  const menu = suggestions(root, input)
  const plain = el(
    'form',
    { class: 'plain-form' },
    input,
    el('button', { type: 'submit', class: 'button secondary send' }, 'Send'),
  )

  const reset = () => {
    input.value = ''
    root.replaceChildren(menu.node, plain)
    input.focus()
  }
  const choose = (command) => {
    menu.close()
    root.replaceChildren(commandForm(command, context, reset))
    const first = root.querySelector('input, select') ?? root.querySelector('button[type=submit]')
    first.focus()
  }
  const look = () => {
    if (!input.value.startsWith('/')) return menu.close()
    const typed = input.value.slice(1).toLowerCase().trim()
    const fitting = sendable(context.commands()).filter((command) => command.words.includes(typed))
    const exact = fitting.find((command) => command.words === typed)
    menu.open(
      fitting.map((command) => ({
        label: `/${command.words}`,
        detail: command.description,
        pick: () => choose(command),
      })),
      exact ? fitting.indexOf(exact) : 0,
    )
  }
  input.addEventListener('input', look)
  plain.addEventListener('submit', async (event) => {
    event.preventDefault()
    if (input.value.startsWith('/') || input.value.trim() === '') return
    const refused = await context.act({ kind: 'say', text: input.value })
    if (refused === undefined) input.value = ''
  })
  root.replaceChildren(menu.node, plain)
  return {
    type: (text) => {
      reset()
      input.value = text
      look()
    },
  }
}

function commandForm(command, context, done) {
  const fields = command.options.map((option) => optionField(option, command, context, () => values()))
  const values = () =>
    Object.fromEntries(fields.map((field) => [field.name, field.read()]).filter(([, value]) => value !== ''))
  const form = el(
    'form',
    { class: 'command-form', 'aria-label': `/${command.words}` },
    el(
      'p',
      { class: 'command-name' },
      el('b', {}, `/${command.words}`),
      el('span', { class: 'faint' }, command.description),
    ),
    fields.map((field) => field.node),
    el(
      'div',
      { class: 'row' },
      el('button', { type: 'submit', class: 'button primary' }, 'Send'),
      el('button', { type: 'button', class: 'button secondary', onclick: done }, 'Cancel'),
    ),
  )
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const refused = await context.act({ kind: 'slash', command: command.words, options: values() })
    if (refused === undefined) done()
  })
  form.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') done()
  })
  return form
}

function optionField(option, command, context, values) {
  const isRequired = option.required === true
  const label = el('span', {}, option.name, !isRequired && el('span', { class: 'faint' }, ' optional'))
  const hint = el('span', { class: 'faint' }, option.description)
  const fixed =
    option.type === 5
      ? [
          { name: 'true', value: 'true' },
          { name: 'false', value: 'false' },
        ]
      : (option.choices ?? (option.type >= 6 && option.type <= 8 ? context.named(option.type) : []))
  if (fixed.length > 0) {
    const node = el(
      'select',
      { required: isRequired },
      el('option', { value: '' }, isRequired ? 'Choose' : '—'),
      fixed.map((choice) => el('option', { value: choice.value }, choice.name)),
    )
    return { name: option.name, node: el('label', { class: 'field' }, label, hint, node), read: () => node.value }
  }
  const isNumber = option.type === 4 || option.type === 10
  const input = el('input', {
    type: isNumber && !option.autocomplete ? 'number' : 'text',
    step: option.type === 10 ? 'any' : undefined,
    min: option.min_value,
    max: option.max_value,
    minlength: option.min_length,
    maxlength: option.max_length,
    required: isRequired,
    autocomplete: 'off',
  })
  let chosen
  const read = () => (chosen?.name === input.value ? chosen.value : input.value)
  const box = el('label', { class: 'field' }, label, hint, input)
  if (option.autocomplete) {
    const menu = suggestions(box, input)
    box.append(menu.node)
    let latest = 0
    const ask = async () => {
      const turn = (latest += 1)
      const { [option.name]: _own, ...others } = values()
      const choices = await context.complete(command.words, option.name, input.value, others)
      if (turn !== latest || document.activeElement !== input) return
      menu.open(
        choices.map((choice) => ({ label: choice.name, detail: '', pick: () => pick(choice) })),
        0,
      )
    }
    const pick = (choice) => {
      chosen = choice
      input.value = choice.name
      menu.close()
    }
    input.addEventListener('input', ask)
    input.addEventListener('focus', ask)
    input.addEventListener('blur', () => setTimeout(menu.close, 150))
  }
  return { name: option.name, node: box, read }
}

/** A list of suggestions over an input: arrows, Enter, Tab, Escape or the pointer. */
function suggestions(_root, input) {
  const node = el('ul', { class: 'suggestions', role: 'listbox', id: 'suggestions', hidden: true })
  let items = []
  let at = 0
  const mark = () => {
    for (const [index, child] of [...node.children].entries()) {
      child.setAttribute('aria-selected', String(index === at))
      if (index === at) child.scrollIntoView({ block: 'nearest' })
    }
  }
  const close = () => {
    items = []
    node.hidden = true
    input.setAttribute('aria-expanded', 'false')
  }
  const open = (next, start) => {
    items = next
    at = start
    node.hidden = next.length === 0
    input.setAttribute('aria-expanded', String(next.length > 0))
    node.replaceChildren(
      ...next.map((item) =>
        el(
          'li',
          { role: 'option', onmousedown: (event) => (event.preventDefault(), item.pick()) },
          el('b', {}, item.label),
          item.detail && el('span', { class: 'faint' }, item.detail),
        ),
      ),
    )
    mark()
  }
  input.addEventListener('keydown', (event) => {
    if (node.hidden) return
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step) {
      at = (at + step + items.length) % items.length
      mark()
    } else if (event.key === 'Enter' || event.key === 'Tab') items[at].pick()
    else if (event.key === 'Escape') {
      event.stopPropagation()
      close()
    } else return
    event.preventDefault()
  })
  return { node, open, close }
}
