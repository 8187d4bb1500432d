import type { Issue } from '../limits/issue.js'
import { formError } from '../limits/message.js'

/** An answer that says no, with Discord's status and code. */
export class DiscordRefusal extends Error {
  override readonly name = 'DiscordRefusal'
  readonly status: number
  readonly code: number
  readonly issues: readonly Issue[]
  readonly retryAfterS: number | undefined

  constructor(
    status: number,
    code: number,
    message: string,
    options: { readonly issues?: readonly Issue[]; readonly retryAfterS?: number } = {},
  ) {
    super(message)
    this.status = status
    this.code = code
    this.issues = options.issues ?? []
    this.retryAfterS = options.retryAfterS
  }

  /** The JSON body of the answer. */
  body(): unknown {
    if (this.issues.length > 0) return formError(this.issues)
    const retry = this.retryAfterS === undefined ? {} : { retry_after: this.retryAfterS, global: false }
    return { message: this.message, code: this.code, ...retry }
  }
}

export function unknownThing(code: number, what: string): DiscordRefusal {
  return new DiscordRefusal(404, code, `Unknown ${what}`)
}

/** Refuses a payload with everything that is wrong with it; says nothing when all is well. */
export function refuseIf(issues: readonly Issue[]): void {
  if (issues.length === 0) return
  const { message, code } = formError(issues)
  throw new DiscordRefusal(400, code, message, { issues })
}
