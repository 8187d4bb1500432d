import { arrange, el } from './dom.js'

const MOST_ROWS = 400
const SIGNS = { rest: '', dispatch: '→ bot ', gateway: '· ' }

/** The wire log, newest first. `add(rows, isFirst)` takes what came; `refusals()` counts the red ones. */
export function wire(root) {
  const list = el('ol', { class: 'wire', 'aria-label': 'Wire log, newest first' })
  const onlyRefused = el('input', { type: 'checkbox', onchange: () => draw() })
  const empty = el('p', { class: 'faint' }, 'Nothing yet.')
  let rows = []
  root.append(
    el(
      'div',
      { class: 'wire-tools' },
      el('label', {}, onlyRefused, ' Only refusals'),
      el('a', { class: 'plain', href: '/page/wire.jsonl', download: 'wire.jsonl' }, 'Save all (JSON lines)'),
    ),
    empty,
    list,
  )

  function draw() {
    const shown = rows.filter((row) => !onlyRefused.checked || row.isRefused)
    empty.hidden = shown.length > 0
    empty.textContent = rows.length > 0 ? 'No refusals.' : 'Nothing yet.'
    arrange(
      list,
      shown.map((row) => row.node),
    )
  }
  return {
    add(fresh, isFirst) {
      const made = fresh.map((row) => ({ ...row, node: rowNode(row) })).reverse()
      rows = [...made, ...(isFirst ? [] : rows)].slice(0, MOST_ROWS)
      draw()
    },
    refusals: () => rows.filter((row) => row.isRefused).length,
  }
}

function rowNode(row) {
  const detail = el('div', { class: 'wire-detail', hidden: true })
  const button = el(
    'button',
    { type: 'button', class: 'wire-row', 'aria-expanded': 'false', onclick: () => toggle(row.n, button, detail) },
    el('time', { class: 'faint' }, new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' }).format(row.atMs)),
    el(
      'span',
      { class: 'wire-words' },
      el('span', {}, SIGNS[row.kind], breakable(row.what)),
      row.because && el('span', { class: 'wire-because' }, row.because, row.isFault && ' — switched on here'),
    ),
    row.kind === 'rest' && el('span', { class: 'wire-status' }, row.status ?? '—'),
  )
  return el('li', { class: row.isRefused ? 'refused' : undefined }, button, detail)
}

/** A path may be broken before each of its parts. */
function breakable(text) {
  return text.split(/(?=\/)/).flatMap((part) => [el('wbr'), part])
}

async function toggle(n, button, detail) {
  const isOpen = button.getAttribute('aria-expanded') === 'true'
  button.setAttribute('aria-expanded', String(!isOpen))
  detail.hidden = isOpen
  if (isOpen || detail.hasChildNodes()) return
  try {
    detail.append(...entryParts(await (await fetch(`/page/wire/${n}`)).json()))
  } catch {
    detail.append(el('p', { class: 'failed' }, 'The sandbox does not answer.'))
  }
}

function entryParts(entry) {
  const json = (title, value) => [
    el('p', { class: 'faint' }, title),
    value === undefined ? el('p', {}, '—') : el('pre', { tabindex: 0 }, el('code', {}, JSON.stringify(value, null, 2))),
  ]
  if (entry.kind === 'dispatch') return json(`Event ${entry.sequence}`, entry.data)
  if (entry.kind === 'gateway') return json('Gateway', entry.problem ?? { note: entry.note })
  return [
    el(
      'p',
      { class: 'faint wire-path' },
      `${entry.method} ${entry.path}${entry.query} · ${Math.round(entry.tookMs)} ms`,
    ),
    ...(entry.fault ? [el('p', { class: 'failed' }, 'A fault that was switched on here did it.')] : []),
    ...(entry.problem ? json('Problem', entry.problem) : []),
    ...json('Sent', entry.body),
    ...(entry.files.length > 0 ? json('Files', entry.files) : []),
    ...json(entry.status === undefined ? 'No answer' : `Answered ${entry.status}`, entry.response),
  ]
}
