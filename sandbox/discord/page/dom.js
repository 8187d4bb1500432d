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
