import { clock } from './clock.js'
import { control as ask } from './controls.js'
import { el } from './dom.js'
import { faults, living } from './faults.js'
import { people } from './people.js'
import { wire } from './wire.js'

const TABS = ['People', 'Faults', 'Clock', 'Wire']
const OPEN = 'panel open'
/** Below this the panel covers the messages. */
const COVERS = matchMedia('(max-width: 68rem)')

/**
 * The right side: people and roles, faults, the clock, the wire log. `nodes` are the panel, its button with its badge,
 * and what it covers on a small screen. `place()` is the channel that is open.
 */
export function panel(nodes, { place, nowMs, actAs }) {
  const { root, button, badge, covered } = nodes
  const complaint = el('p', { class: 'failed', role: 'alert', hidden: true })
  const control = async (asked) => {
    const refused = await ask(asked)
    complaint.hidden = refused === undefined
    complaint.textContent = refused ?? ''
  }
  const bodies = Object.fromEntries(
    TABS.map((name) => [
      name,
      el('div', { role: 'tabpanel', id: `panel-${name}`, 'aria-labelledby': `tab-${name}`, class: 'panel-body' }),
    ]),
  )
  const tabs = TABS.map((name) =>
    el(
      'button',
      {
        type: 'button',
        role: 'tab',
        id: `tab-${name}`,
        'aria-controls': `panel-${name}`,
        onclick: () => choose(name),
        onkeydown: (event) => step(event, name),
      },
      name,
    ),
  )
  root.append(
    el(
      'div',
      { class: 'panel-top' },
      el('h2', {}, 'Controls of the sandbox'),
      el('button', { type: 'button', class: 'icon', 'aria-label': 'Close', onclick: () => setOpen(false) }, '✕'),
    ),
    el('div', { role: 'tablist', class: 'tabs', 'aria-label': 'Controls' }, tabs),
    complaint,
    ...TABS.map((name) => bodies[name]),
  )
  const drawPeople = people(bodies.People, { control, actAs })
  const drawFaults = faults(bodies.Faults, { control, place, nowMs })
  const drawClock = clock(bodies.Clock, { control, nowMs })
  const log = wire(bodies.Wire)

  function choose(name) {
    for (const tab of tabs) {
      const isChosen = tab.id === `tab-${name}`
      tab.setAttribute('aria-selected', String(isChosen))
      tab.tabIndex = isChosen ? 0 : -1
    }
    for (const other of TABS) bodies[other].hidden = other !== name
  }
  function step(event, name) {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    if (by === undefined) return
    const next = TABS[(TABS.indexOf(name) + by + TABS.length) % TABS.length]
    choose(next)
    tabs[TABS.indexOf(next)].focus()
    event.preventDefault()
  }
  /** Where the panel covers the page, what lies under it is out of reach. */
  function guard() {
    for (const node of covered) node.inert = !root.hidden && COVERS.matches
  }
  function setOpen(isOpen) {
    root.hidden = !isOpen
    button.setAttribute('aria-expanded', String(isOpen))
    sessionStorage.setItem(OPEN, isOpen ? 'yes' : 'no')
    guard()
    if (isOpen) tabs.find((tab) => tab.tabIndex === 0).focus()
    else button.focus()
  }
  button.addEventListener('click', () => setOpen(root.hidden))
  document.addEventListener('keydown', (event) => {
    // Escape first closes what is over or in front of the panel.
    if (event.key !== 'Escape' || root.hidden || event.target.closest('dialog, .composer, .side.open')) return
    setOpen(false)
  })
  COVERS.addEventListener('change', guard)
  choose('People')
  if (sessionStorage.getItem(OPEN) === 'yes' && !COVERS.matches) {
    root.hidden = false
    button.setAttribute('aria-expanded', 'true')
  }
  return {
    draw(view) {
      drawPeople(view)
      drawFaults(view)
      drawClock()
      const count = living(view.armed, nowMs()).length
      badge.hidden = count === 0
      badge.textContent = String(count)
      button.setAttribute('aria-label', count === 0 ? 'Controls' : `Controls, ${count} switched on`)
    },
    wire(rows, isFirst) {
      log.add(rows, isFirst)
      const refusals = log.refusals()
      tabs[TABS.indexOf('Wire')].replaceChildren(
        'Wire',
        ...(refusals > 0 ? [' ', el('span', { class: 'badge', 'aria-label': `${refusals} refused` }, refusals)] : []),
      )
    },
    /** Opens at one of the tabs. */
    open(name) {
      choose(name)
      setOpen(true)
    },
  }
}
