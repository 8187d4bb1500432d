/** What a strip on top of the page tells somebody who sees it for the first time. */
export type Notice = {
  /** What this is, one sentence. */
  readonly about: string
  /** What to try, one sentence. */
  readonly hint: string
  /** What is different on this machine, one sentence. */
  readonly caveat?: string
  /** What is happening in the outside world just now. */
  readonly now?: string
}
