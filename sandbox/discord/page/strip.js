import { el, redraw } from './dom.js'

const DISMISSED = 'strip dismissed'

/** The strip on top that says what this is; gone for this tab once it is dismissed. */
export function drawStrip(root, notice) {
  const isShown = notice !== undefined && sessionStorage.getItem(DISMISSED) === null
  root.hidden = !isShown
  if (!isShown) return
  const dismiss = () => {
    sessionStorage.setItem(DISMISSED, 'yes')
    root.hidden = true
    document.getElementById('log').focus()
  }
  redraw(root, [
    el(
      'div',
      { class: 'strip-words' },
      el('p', {}, notice.about, ' ', el('b', {}, 'Try:'), ' ', notice.hint),
      notice.caveat && el('p', { class: 'faint' }, notice.caveat),
      notice.now && el('p', { class: 'strip-now' }, el('b', {}, 'Now: '), notice.now),
    ),
    el('button', { type: 'button', class: 'icon', 'aria-label': 'Dismiss', onclick: dismiss }, '✕'),
  ])
}
