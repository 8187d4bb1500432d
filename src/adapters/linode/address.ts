import { UserError } from '../../core/errors.js'

/**
 * The address that every path is appended to, without a slash at its end. The token goes there: plain HTTP is for a
 * stand-in on loopback only. Throws UserError, which never repeats the text: it may hold a password.
 */
export function baseOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname))
  if (url === undefined || !isSafe || url.username + url.password + url.search + url.hash !== '') {
    throw new UserError(
      "The base of Linode's API must be an https address without login, query or fragment, such as https://api.linode.com (http: loopback only)",
    )
  }
  return url.origin + url.pathname.replace(/\/+$/, '')
}

/** `URL` has written out every short form of an IPv4 address by now. */
function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
}
