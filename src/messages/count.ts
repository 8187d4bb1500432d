/** `31 stale backends`, `1 backend`. */
export function backends(count: number, kind = ''): string {
  return `${count}${kind === '' ? '' : ` ${kind}`} ${count === 1 ? 'backend' : 'backends'}`
}
