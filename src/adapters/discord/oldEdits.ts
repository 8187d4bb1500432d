import { DefaultRestOptions, type RESTOptions } from 'discord.js'
import { CODES } from './call.js'

/**
 * Sends a request as discord.js does, and makes a refusal of what is not a rate limit: Discord answers the edit of a
 * message older than an hour, after a few, with code 30046 under status 429, which discord.js would wait out and try
 * again for ever. Under status 400 it throws, and the card gets a successor.
 */
export const requestSeeingOldEdits: RESTOptions['makeRequest'] = async (url, init) => {
  const response = await DefaultRestOptions.makeRequest(url, init)
  if (response.status !== 429) return response
  const body = await response.text()
  const isOldEdit = codeIn(body) === CODES.oldMessageEdits
  const headers = new Headers([...response.headers])
  if (isOldEdit) for (const name of [...headers.keys()].filter(isAboutRates)) headers.delete(name)
  return new Response(body, { status: isOldEdit ? 400 : 429, statusText: response.statusText, headers })
}

/** Left in, they would make discord.js hold back whatever comes next. */
function isAboutRates(header: string): boolean {
  return header === 'retry-after' || header.startsWith('x-ratelimit-')
}

function codeIn(body: string): unknown {
  try {
    const parsed: unknown = JSON.parse(body)
    return typeof parsed === 'object' && parsed !== null && 'code' in parsed ? parsed.code : undefined
  } catch {
    return undefined // a proxy's page: an ordinary rate limit, as far as anybody can tell
  }
}
