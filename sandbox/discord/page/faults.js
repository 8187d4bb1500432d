import { el, redraw } from './dom.js'

const CONFIRM_MS = 4_000

/** What is switched on now, and what can be. `place` answers with the channel that is open. */
export function faults(root, { control, place, nowMs }) {
  const armed = el('div', { class: 'armed-list', 'aria-live': 'polite' })
  const menu = el('ul', { class: 'mischief' })
  root.append(
    el('h3', {}, 'On now'),
    armed,
    el('h3', {}, 'Let it go wrong'),
    el('p', { class: 'hint' }, 'What Discord does on a bad day. Watch what the bot makes of it, here and in Wire.'),
    menu,
  )
  return (view) => {
    const live = living(view.armed, nowMs())
    redraw(
      armed,
      live.length === 0
        ? [el('p', { class: 'faint' }, 'Nothing: Discord behaves.')]
        : live.map((one) =>
            el(
              'div',
              { class: 'fault on' },
              el('p', {}, one.name, el('span', { class: 'faint' }, ` · ${leftText(one, nowMs())}`)),
              el(
                'button',
                {
                  type: 'button',
                  class: 'button secondary small-button',
                  'data-control': `stop ${one.id}`,
                  'aria-label': `Switch off: ${one.name}`,
                  onclick: () => control({ kind: 'stop', fault: one.id }),
                },
                'Switch off',
              ),
            ),
          ),
    )
    redraw(
      menu,
      view.mischief.map((one) =>
        el('li', {}, presetButton({ ...one, isOn: live.some((other) => other.name === one.name) })),
      ),
    )
  }

  function presetButton({ key, name, isFinal, isOn }) {
    const start = () => !isOn && control({ kind: 'start', key, channel: place() })
    return el(
      'button',
      {
        type: 'button',
        class: isFinal ? 'fault final' : 'fault',
        'data-control': `start ${key}`,
        // not `disabled`, which would take the focus away from under the finger
        'aria-disabled': isOn ? 'true' : undefined,
        onclick: isFinal ? (event) => askTwice(event.currentTarget, name, start) : start,
      },
      name,
      isOn && el('span', { class: 'faint' }, 'on'),
    )
  }
}

/** What cannot be undone takes a second press within four seconds. */
function askTwice(button, name, act) {
  const reset = () => {
    delete button.dataset.asked
    button.textContent = name
  }
  if (button.dataset.asked) {
    reset()
    act()
    return
  }
  button.dataset.asked = 'yes'
  button.textContent = `${name} — press again: it cannot be undone`
  setTimeout(reset, CONFIRM_MS)
}

/** Faults that have not run out by themselves since the sandbox last spoke. */
export function living(armed, nowMs) {
  return armed.filter((one) => one.endsMs === undefined || one.endsMs > nowMs)
}

function leftText({ left, endsMs }, nowMs) {
  if (endsMs !== undefined) return `${Math.ceil((endsMs - nowMs) / 1000)} s left`
  return left === undefined ? 'until switched off' : `${left} left`
}
