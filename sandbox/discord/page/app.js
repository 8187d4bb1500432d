import { composer } from './composer.js'
import { control } from './controls.js'
import { arrange, el, redraw } from './dom.js'
import { living } from './faults.js'
import { timeText } from './markdown.js'
import { messageNode } from './message.js'
import { openModal } from './modal.js'
import { panel } from './panel.js'
import { drawSide } from './side.js'
import { drawStrip } from './strip.js'

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
  /** Answers to the acting person that were shown already. */
  answers: new Set(),
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

function openSide(isOpen) {
  byId('side').classList.toggle('open', isOpen)
  byId('menu').setAttribute('aria-expanded', String(isOpen))
}

function actAs(id) {
  state.as = id
  localStorage.setItem('acting', id)
  state.drawn.clear()
  complain(undefined)
  connect()
}

function openChannel(id) {
  state.channel = id
  openSide(false)
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
  state.read.set(`${view.self} ${state.channel}`, messages.at(-1)?.id)
  document.title = `#${context.channel(state.channel)?.name ?? ''} · ${view.guild}`
  drawStrip(byId('strip'), view.notice)
  drawSide({ guild: byId('guild'), channels: byId('channels') }, view, {
    current: state.channel,
    read: (id) => state.read.get(`${view.self} ${id}`),
    open: openChannel,
  })
  drawTop()
  drawArmed()
  side.draw(view)
  drawLog(messages)
  for (const interaction of view.interactions) {
    if (!interaction.modal || state.modals.has(interaction.id)) continue
    state.modals.add(interaction.id)
    if (!state.isFirstView) openModal(byId('modal'), interaction, context)
  }
}

function drawTop() {
  const { view } = state
  const channel = context.channel(state.channel)
  log.setAttribute('aria-label', `Messages as ${context.member(view.self).name} sees them`)
  byId('place').textContent = channel ? `${channel.parentId ? '↳' : '#'} ${channel.name}` : 'No channel to see'
  const people = view.members.filter((member) => !member.isBot)
  redraw(
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
  showAnswers(shown)
}

/** What answers the reader's own press is brought into view, wherever they had scrolled to. */
function showAnswers(messages) {
  for (const message of messages) {
    if (!message.isEphemeral || state.answers.has(message.id)) continue
    state.answers.add(message.id)
    // From its first line: one that is taller than the window is read downwards.
    if (!state.isFirstView) state.drawn.get(message.id).node.scrollIntoView({ block: 'start' })
  }
}

/** A reader at the end stays there when messages, pictures or a taller composer come; one who scrolled up is let be. */
function keepEnd() {
  if (state.isAtEnd) log.scrollTop = log.scrollHeight
}

/** What is switched on is said over the messages too, where its effect is seen. */
function drawArmed() {
  const live = living(state.view.armed, context.nowMs())
  redraw(
    byId('armed'),
    live.map((one) =>
      el(
        'p',
        {},
        el('span', {}, el('b', {}, 'Switched on: '), one.name),
        el(
          'button',
          {
            type: 'button',
            class: 'plain',
            'data-control': `stop ${one.id}`,
            'aria-label': `Switch off: ${one.name}`,
            onclick: () => control({ kind: 'stop', fault: one.id }),
          },
          'Switch off',
        ),
      ),
    ),
  )
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
  state.source.addEventListener('wire', (event) => {
    const { rows, isFirst } = JSON.parse(event.data)
    side.wire(rows, isFirst)
  })
  state.source.addEventListener('error', () => {
    byId('offline').hidden = false
  })
}

const line = composer(byId('composer'), context)

const side = panel(
  {
    root: byId('panel'),
    button: byId('controls'),
    badge: byId('controls-badge'),
    covered: [byId('main'), byId('side'), byId('strip')],
  },
  { place: () => state.channel, nowMs: context.nowMs, actAs },
)

byId('acting').addEventListener('change', (event) => actAs(event.target.value))
byId('menu').addEventListener('click', () => openSide(!byId('side').classList.contains('open')))
byId('side').addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || !byId('side').classList.contains('open')) return
  openSide(false)
  byId('menu').focus()
})
byId('main').addEventListener('pointerdown', (event) => {
  if (!byId('menu').contains(event.target)) openSide(false)
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
  if (!state.view) return
  drawArmed()
  side.draw(state.view)
}, 1000)
connect()
