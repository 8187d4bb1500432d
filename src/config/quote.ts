/** Shows a setting's value in a problem, or says why it is not shown. */
export type Quote = (text: string) => string

const LONGEST = 40
const LONG_ENOUGH_FOR_A_TOKEN = /[\w-]{20,}\.[\w-]{5,}\.[\w-]{20,}/
const PASSWORD_IN_ADDRESS = /:\/\/[^/]*@/
const PEM = /-----BEGIN/

/**
 * Values are quoted so that people recognise what they typed, but a secret pasted into the wrong setting must not
 * reach a log: whatever holds one of `secrets`, or looks like a token, a key or an address with a password, is hidden.
 */
export function quoter(secrets: readonly string[]): Quote {
  return (text) => {
    const isHidden =
      secrets.some((secret) => secret !== '' && text.includes(secret)) ||
      [LONG_ENOUGH_FOR_A_TOKEN, PASSWORD_IN_ADDRESS, PEM].some((shape) => shape.test(text))
    if (isHidden) return 'the value (not shown: it may hold a secret)'
    return JSON.stringify(text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text)
  }
}
