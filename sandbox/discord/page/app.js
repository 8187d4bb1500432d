import { composer } from './composer.js'
import { el } from './dom.js'
import { timeText } from './markdown.js'
import { messageNode } from './message.js'
import { openModal } from './modal.js'

const byId = (id) => document.getElementById(id)
const log = byId('log')

/** All the page remembers besides what the sandbox sends. */
const state = {
  view: undefined,
  as: localStorage.getItem('acting') ?? '',
  channel: undefined,
  aheadMs: 0,
  dismissed: new Set(),
  read: new Map(),
  drawn: new Map(),
  modals: new Set(),
  isAtEnd: true,
  source: undefined,
}

const find = (list, id) => state.view[list].find((item) => item.id === id)

/** What drawing needs to know, and may do for the user. */
const context = {
  nowMs: () => Date.now() + state.aheadMs,
  member: (id) => find('members', id) ?? { id, name: 'somebody', isBot: false, roles: [] },
  role: (id) => find('roles', id),
  channel: (id) => find('channels', id),
  get self() {
    return state.view.self
  },
  holds: (roleId) => context.member(state.view.self).roles.includes(context.role(roleId)?.name),
  interactions: () => state.view.interactions,
  commands: () => state.view.commands,
  named: (type) => {
    const list = { 6: 'members', 7: 'channels', 8: 'roles' }[type]
    return state.view[list].map(({ id, name }) => ({ name, value: id }))
  },
  candidates: (type) => {
    const lists = { 5: ['members'], 6: ['roles'], 7: ['members', 'roles'], 8: ['channels'] }[type] ?? []
    return lists.flatMap((list) => state.view[list].map(({ id, name }) => ({ label: name, value: id })))
  },
  open: (channelId, messageId) => {
    openChannel(channelId)
    const target = messageId && byId(`m${messageId}`)
    if (target) {
      target.scrollIntoView({ block: 'center' })
      target.classList.add('pointed')
      setTimeout(() => target.classList.remove('pointed'), 1600)
    }
  },
  dismiss: (id) => {
    state.dismissed.add(id)
    draw()
  },
  type: (text) => line.type(text),
  /** Resolves with nothing, or with the words of the refusal. */
  act: async (act, { quiet = false } = {}) => {
    const answer = await send(act)
    const refused = answer.message !== undefined && answer.refused ? answer.message : undefined
    if (!quiet) complain(refused)
    return refused
  },
  complete: async (command, option, text, options) =>
    (await send({ kind: 'autocomplete', command, option, text, options })).choices ?? [],
}

async function send(act) {
  try {
    const response = await fetch('/page/act', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ as: state.view.self, channel: state.channel, ...act }),
    })
    return { ...(await response.json()), refused: !response.ok }
  } catch {
    return { refused: true, message: 'The sandbox does not answer.' }
  }
}

function complain(text) {
  const node = byId('complaint')
  node.hidden = text === undefined
  node.textContent = text ?? ''
}

function openChannel(id) {
  state.channel = id
  byId('side').classList.remove('open')
  byId('menu').setAttribute('aria-expanded', 'false')
  complain(undefined)
  log.replaceChildren()
  state.drawn.clear()
  state.isAtEnd = true
  draw()
}

function draw() {
  const { view } = state
  if (!context.channel(state.channel)) state.channel = view.channels[0]?.id
  const messages = view.messages.filter((message) => message.channelId === state.channel)
  state.read.set(state.channel, messages.at(-1)?.id)
  drawSide()
  drawTop()
  drawLog(messages)
  for (const interaction of view.interactions) {
    if (!interaction.modal || state.modals.has(interaction.id)) continue
    state.modals.add(interaction.id)
    if (!state.isFirstView) openModal(byId('modal'), interaction, context)
  }
}

function drawSide() {
  const { view } = state
  byId('guild').textContent = view.guild
  document.title = `#${context.channel(state.channel)?.name ?? ''} · ${view.guild}`
  const entry = (channel) => {
    const seen = BigInt(state.read.get(channel.id) ?? 0)
    const fresh = view.messages.filter((message) => message.channelId === channel.id && BigInt(message.id) > seen)
    const pings = fresh.filter((message) => message.pingsSelf).length
    return el(
      'button',
      {
        type: 'button',
        class: `channel${channel.parentId ? ' sub' : ''}${fresh.length > 0 ? ' fresh' : ''}`,
        'aria-current': channel.id === state.channel ? 'page' : undefined,
        onclick: () => openChannel(channel.id),
      },
      el('span', { class: 'sign', 'aria-hidden': true }, channel.parentId ? '↳' : '#'),
      el('span', { class: 'channel-name' }, channel.name),
      channel.isArchived && el('span', { class: 'faint' }, 'archived'),
      pings > 0 && el('span', { class: 'badge', 'aria-label': `${pings} for you` }, pings),
    )
  }
  const top = view.channels.filter((channel) => !channel.parentId)
  const under = (channel) => view.channels.filter((thread) => thread.parentId === channel.id)
  replaceIfNew(
    byId('channels'),
    top.flatMap((channel) => [entry(channel), ...under(channel).map(entry)]),
  )
}

function drawTop() {
  const { view } = state
  const channel = context.channel(state.channel)
  byId('place').textContent = channel ? `${channel.parentId ? '↳' : '#'} ${channel.name}` : 'No channel to see'
  const people = view.members.filter((member) => !member.isBot)
  replaceIfNew(
    byId('acting'),
    people.map((member) => {
      const roles = member.roles.length === 0 ? 'no roles' : member.roles.join(', ')
      return el('option', { value: member.id, selected: member.id === view.self }, `${member.name} · ${roles}`)
    }),
  )
}

function drawLog(messages) {
  const focused = document.activeElement?.dataset?.control
  const shown = messages.filter((message) => !state.dismissed.has(message.id))
  const nodes = shown.map((message) => {
    const about = state.view.interactions.filter((one) => one.sourceId === message.id)
    const key = JSON.stringify([message, about, state.view.self])
    const drawn = state.drawn.get(message.id)
    if (drawn?.key === key) return drawn.node
    const node = messageNode(message, context)
    state.drawn.set(message.id, { key, node })
    return node
  })
  const pending = state.view.interactions
    .filter((one) => one.channelId === state.channel && !one.sourceId && !state.dismissed.has(one.id))
    .filter((one) => one.state === 'waiting' || one.state === 'failed')
    .map((one) =>
      el(
        'p',
        { class: one.state === 'failed' ? 'notice failed' : 'notice faint', role: 'status' },
        el('b', {}, one.label),
        one.state === 'failed' ? ' — This interaction failed ' : ' — sent',
        one.state === 'failed' &&
          el('button', { type: 'button', class: 'plain', onclick: () => context.dismiss(one.id) }, 'Dismiss'),
      ),
    )
  const empty = shown.length + pending.length === 0
  const next = empty
    ? [el('p', { class: 'empty' }, 'Nothing here yet. When something happens, it appears by itself.')]
    : [...nodes, ...pending]
  arrange(log, next)
  if (focused) log.querySelector(`[data-control="${CSS.escape(focused)}"]`)?.focus()
  keepEnd()
}

/** A reader at the end stays there when messages, pictures or a taller composer come; one who scrolled up is let be. */
function keepEnd() {
  if (state.isAtEnd) log.scrollTop = log.scrollHeight
}

/** Puts the children in order and touches only what differs, so that focus and open menus stay. */
function arrange(parent, children) {
  for (const child of Array.from(parent.childNodes)) if (!children.includes(child)) child.remove()
  for (const [index, child] of children.entries()) {
    if (parent.childNodes[index] !== child) parent.insertBefore(child, parent.childNodes[index] ?? null)
  }
}

function replaceIfNew(parent, children) {
  const holder = el('div', {}, children)
  if (holder.innerHTML !== parent.dataset.drawn) {
    parent.dataset.drawn = holder.innerHTML
    parent.replaceChildren(...holder.childNodes)
  }
}

function connect() {
  state.source?.close()
  state.source = new EventSource(`/page/events?as=${encodeURIComponent(state.as)}`)
  state.isFirstView = true
  state.source.addEventListener('message', (event) => {
    byId('offline').hidden = true
    state.view = JSON.parse(event.data)
    state.aheadMs = state.view.nowMs - Date.now()
    draw()
    state.isFirstView = false
  })
  state.source.addEventListener('error', () => {
    byId('offline').hidden = false
  })
}

const line = composer(byId('composer'), context)

byId('acting').addEventListener('change', (event) => {
  state.as = event.target.value
  localStorage.setItem('acting', state.as)
  state.drawn.clear()
  complain(undefined)
  connect()
})
byId('menu').addEventListener('click', () => {
  const isOpen = byId('side').classList.toggle('open')
  byId('menu').setAttribute('aria-expanded', String(isOpen))
})
log.addEventListener('scroll', () => {
  state.isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80
})
log.addEventListener('load', keepEnd, true)
new ResizeObserver(keepEnd).observe(log)
setInterval(() => {
  for (const node of document.querySelectorAll('time[data-style="R"]')) {
    const text = timeText(Number(node.dataset.unix), 'R', context.nowMs())
    if (node.textContent !== text) node.textContent = text
  }
}, 1000)
connect()
