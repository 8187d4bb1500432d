import type { ServerResponse } from 'node:http'

export function send(response: ServerResponse, status: number, body: unknown, retryAfter?: string): void {
  if (response.destroyed) return
  if (retryAfter !== undefined) response.setHeader('retry-after', retryAfter)
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}

/** What a proxy or a portal in front of the API says; with a 3xx it sends the caller to where he just was. */
export function sendPage(response: ServerResponse, status: number): void {
  if (response.destroyed) return
  const location = status >= 300 && status < 400 ? { location: response.req.url ?? '/' } : {}
  response.writeHead(status, { 'content-type': 'text/html', ...location })
  response.end(`<html><body><h1>${status}</h1><hr>nginx</body></html>`)
}

/** Half of it: cut off in the middle of the announced length, left there, or with a length that fits the half. */
export function sendHalf(
  response: ServerResponse,
  body: object,
  how: 'half a body' | 'half a body, then nothing' | 'half a body, properly ended',
): void {
  if (response.destroyed) return
  const text = Buffer.from(JSON.stringify(body))
  const half = text.subarray(0, Math.floor(text.length / 2))
  const isWhole = how === 'half a body, properly ended'
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': isWhole ? half.length : text.length,
  })
  if (isWhole) response.end(half)
  else response.write(half, () => void (how === 'half a body' && response.destroy()))
}
