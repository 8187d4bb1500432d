import { el, redraw } from './dom.js'

const STEPS = [
  ['+1 min', 60_000],
  ['+5 min', 300_000],
  ['+1 h', 3_600_000],
]

/** Discord's time, and buttons that move it ahead. The answer draws; call it every second too. */
export function clock(root, { control, nowMs }) {
  const now = el('p', { class: 'now' })
  const lead = el('p', { class: 'faint' })
  root.append(
    now,
    lead,
    el(
      'div',
      { class: 'row' },
      STEPS.map(([label, byMs]) =>
        el(
          'button',
          { type: 'button', class: 'button secondary', onclick: () => control({ kind: 'advance', byMs }) },
          label,
        ),
      ),
    ),
    el(
      'p',
      { class: 'hint' },
      'Moves Discord’s time only, and only ahead: answers expire after 15 minutes, old messages can hardly be edited after an hour, quiet threads are archived. The bot keeps the machine’s time.',
    ),
  )
  return () => {
    const ms = nowMs()
    redraw(now, [new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' }).format(new Date(ms))])
    const aheadMin = Math.round((ms - Date.now()) / 60_000)
    redraw(lead, [aheadMin < 1 ? 'As on this machine' : `${leadText(aheadMin)} ahead of this machine`])
  }
}

function leadText(minutes) {
  const hours = Math.floor(minutes / 60)
  const rest = minutes % 60
  return [hours > 0 && `${hours} h`, rest > 0 && `${rest} min`].filter(Boolean).join(' ')
}
