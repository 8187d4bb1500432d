/**
 * Makes an element. Attributes that begin with "on" are listeners, `true` is an empty attribute, undefined and false
 * are left out. Children are nodes or texts; never markup, so nothing that a bot says can run.
 */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false || value === null) continue
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value)
    else node.setAttribute(name, value === true ? '' : String(value))
  }
  node.append(...children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false))
  return node
}

export function colorOf(number) {
  return `#${number.toString(16).padStart(6, '0')}`
}

/** A steady hue for a name, so that people are told apart without pictures. */
export function hueOf(name) {
  return [...name].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 360, 7)
}

export function sizeText(bytes) {
  if (bytes < 1024) return `${bytes} B`
  return bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`
}

/**
 * Redraws a parent when its markup differs; a control that had the focus (by its `data-control`) keeps it. Listeners
 * must therefore depend on nothing but what the markup says.
 */
export function redraw(parent, children) {
  const holder = el('div', {}, children)
  if (holder.innerHTML === parent.dataset.drawn) return
  const focused = parent.contains(document.activeElement) ? document.activeElement.dataset.control : undefined
  parent.dataset.drawn = holder.innerHTML
  parent.replaceChildren(...holder.childNodes)
  if (focused) parent.querySelector(`[data-control="${CSS.escape(focused)}"]`)?.focus()
}

/** Puts the children in order and touches only what differs, so that focus and open menus stay. */
export function arrange(parent, children) {
  for (const child of Array.from(parent.childNodes)) if (!children.includes(child)) child.remove()
  for (const [index, child] of children.entries()) {
    if (parent.childNodes[index] !== child) parent.insertBefore(child, parent.childNodes[index] ?? null)
  }
}
