import { colorOf, el, hueOf, sizeText } from './dom.js'
import { link, markdown } from './markdown.js'

const EPHEMERAL = 64
const THINKING = 128
const STYLES = { 1: 'primary', 2: 'secondary', 3: 'success', 4: 'danger', 5: 'link' }

/** One message as a node. `context` knows names and the time, and acts for the user. */
export function messageNode(message, context) {
  const author = context.member(message.authorId)
  const used = message.used
  const classes = ['message', message.flags & EPHEMERAL && 'ephemeral', message.pingsSelf && 'pings']
  const failed = context.interactions().filter((one) => one.sourceId === message.id && one.state === 'failed')
  return el(
    'article',
    { class: classes.filter(Boolean).join(' '), id: `m${message.id}`, 'aria-label': `Message of ${author.name}` },
    avatar(author),
    el(
      'div',
      { class: 'body' },
      used && el('p', { class: 'used' }, `${context.member(used.by)?.name} used `, el('b', {}, used.label)),
      el(
        'p',
        { class: 'by' },
        el('b', {}, author.name),
        author.isBot && el('span', { class: 'tag' }, 'bot'),
        el('time', { datetime: new Date(message.atMs).toISOString() }, clockText(message.atMs)),
        message.isEdited && el('span', { class: 'faint' }, 'edited'),
      ),
      message.flags & THINKING
        ? el(
            'p',
            { class: 'thinking' },
            `${author.name} is thinking`,
            el('span', { class: 'dots', 'aria-hidden': true }),
          )
        : words(message, context),
      failed.map(() => el('p', { class: 'failed', role: 'status' }, 'This interaction failed')),
      message.thread && threadLink(message.thread, context),
      message.isEphemeral &&
        el(
          'p',
          { class: 'faint' },
          'Only you can see this · ',
          el('button', { type: 'button', class: 'plain', onclick: () => context.dismiss(message.id) }, 'Dismiss'),
        ),
    ),
  )
}

export function avatar(person) {
  const style = person.isBot ? '' : `--hue:${hueOf(person.name)}`
  return el('span', { class: person.isBot ? 'avatar bot' : 'avatar', style, 'aria-hidden': true }, person.name[0])
}

function words(message, context) {
  const shown = new Set()
  const body = [
    message.content !== '' && el('div', { class: 'text' }, markdown(message.content, context)),
    message.embeds.map((embed) => embedNode(embed, context)),
    message.components.map((component) => componentNode(component, message, context, shown)),
  ]
  const isV2 = (message.flags & (1 << 15)) !== 0
  // with Components V2 an attachment shows only where a component refers to it
  const rest = isV2 ? [] : message.attachments.map((attachment) => attachmentNode(attachment))
  return [...body, rest]
}

function componentNode(component, message, context) {
  const inner = (children) => (children ?? []).map((child) => componentNode(child, message, context))
  const attached = (url) => message.attachments.find((attachment) => attachment.url === url)
  switch (component.type) {
    case 1:
      return el('div', { class: 'row' }, inner(component.components))
    case 2:
      return buttonNode(component, message, context)
    case 3:
    case 5:
    case 6:
    case 7:
    case 8:
      return selectNode(component, message, context)
    case 9:
      return el(
        'div',
        { class: 'section' },
        el('div', { class: 'section-text' }, inner(component.components)),
        inner([component.accessory]),
      )
    case 10:
      return el('div', { class: 'text' }, markdown(component.content, context))
    case 11:
      return el('img', { class: 'thumb', src: component.media.url, alt: component.description ?? '' })
    case 12:
      return el('div', { class: 'gallery' }, component.items.map(pictureNode))
    case 13: {
      const file = attached(component.file.url)
      return file ? attachmentNode(file, true) : link(component.file.url, component.file.url, context)
    }
    case 14:
      return el('hr', { class: component.divider === false ? 'gap' : '', 'data-wide': component.spacing === 2 })
    case 17: {
      const color = component.accent_color
      const style = color === undefined || color === null ? undefined : `--accent:${colorOf(color)}`
      return el('section', { class: style ? 'container accented' : 'container', style }, inner(component.components))
    }
    default:
      return el('p', { class: 'failed' }, `A component of type ${component.type}, which this page cannot draw`)
  }
}

function pictureNode(item) {
  const alt = item.description ?? ''
  const image = el('img', { src: item.media.url, alt, loading: 'lazy' })
  return el('figure', {}, el('a', { href: item.media.url, target: '_blank' }, image), alt && el('figcaption', {}, alt))
}

function buttonNode(button, message, context) {
  const face = [button.emoji?.name && el('span', {}, button.emoji.name, ' '), button.label]
  const look = `button ${STYLES[button.style] ?? 'secondary'}`
  if (button.style === 5) {
    const node = link(button.url, face, context)
    node.className = look
    return node
  }
  const isBusy = context
    .interactions()
    .some(
      (one) => one.sourceId === message.id && one.label === button.custom_id && one.state !== 'failed' && !one.modal,
    )
  const press = () => context.act({ kind: 'click', message: message.id, customId: button.custom_id })
  return el(
    'button',
    {
      type: 'button',
      class: look,
      disabled: button.disabled === true,
      'aria-busy': isBusy ? 'true' : undefined,
      'data-control': `${message.id} ${button.custom_id}`,
      onclick: press,
    },
    face,
  )
}

/** One choice is a plain select; several are a list to tick, sent together. */
function selectNode(select, message, context) {
  const options = select.options ?? context.candidates(select.type)
  const send = (values) => context.act({ kind: 'select', message: message.id, customId: select.custom_id, values })
  const placeholder = select.placeholder ?? 'Choose'
  const common = { disabled: select.disabled === true, 'data-control': `${message.id} ${select.custom_id}` }
  if ((select.max_values ?? 1) === 1) {
    return el(
      'select',
      { ...common, class: 'select', 'aria-label': placeholder, onchange: (event) => send([event.target.value]) },
      el('option', { value: '', disabled: true, selected: !options.some((option) => option.default) }, placeholder),
      options.map((option) => el('option', { value: option.value, selected: option.default }, optionText(option))),
    )
  }
  const boxes = options.map((option) => el('input', { type: 'checkbox', value: option.value, checked: option.default }))
  const chosen = () => boxes.filter((box) => box.checked).map((box) => box.value)
  return el(
    'details',
    { class: 'select many' },
    el('summary', {}, placeholder),
    options.map((option, index) => el('label', {}, boxes[index], ' ', optionText(option))),
    el('button', { ...common, type: 'button', class: 'button secondary', onclick: () => send(chosen()) }, 'Choose'),
  )
}

function optionText(option) {
  return option.description ? `${option.label} — ${option.description}` : option.label
}

function attachmentNode(attachment) {
  if (attachment.contentType.startsWith('image/')) {
    return el(
      'div',
      { class: 'gallery' },
      pictureNode({ media: { url: attachment.url }, description: attachment.description }),
    )
  }
  return el(
    'a',
    { class: 'file', href: attachment.url, download: attachment.filename },
    el('span', { class: 'file-name' }, attachment.filename),
    el('span', { class: 'faint' }, sizeText(attachment.sizeBytes)),
  )
}

function embedNode(embed, context) {
  const style = embed.color ? `--accent:${colorOf(embed.color)}` : undefined
  return el(
    'section',
    { class: 'container accented', style },
    embed.title && el('p', { class: 'h h3' }, embed.title),
    embed.description && el('div', { class: 'text' }, markdown(embed.description, context)),
    (embed.fields ?? []).map((field) =>
      el('div', { class: 'text' }, el('p', {}, el('strong', {}, field.name)), markdown(field.value, context)),
    ),
    embed.footer && el('p', { class: 'faint' }, embed.footer.text),
  )
}

function threadLink(thread, context) {
  const count = `${thread.count} message${thread.count === 1 ? '' : 's'}`
  return el(
    'button',
    { type: 'button', class: 'thread', onclick: () => context.open(thread.id) },
    el('b', {}, thread.name),
    el('span', { class: 'faint' }, `${count} ›`),
  )
}

function clockText(ms) {
  return new Intl.DateTimeFormat('en-GB', { timeStyle: 'short' }).format(new Date(ms))
}
