/** What Linode says no with. Thrown while a request is worked on; nothing was done then. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  readonly field: string | undefined

  constructor(status: number, reason: string, field?: string) {
    super(reason)
    this.status = status
    this.field = field
  }
}

export function errorsOf({ message, field }: Refusal): object {
  return { errors: [{ reason: message, ...(field === undefined ? {} : { field }) }] }
}

export function notFound(): Refusal {
  return new Refusal(404, 'Not found')
}

export function unauthorised(): Refusal {
  return new Refusal(401, 'Invalid Token')
}

/** Another job of the volume or of the Linode is scheduled or runs. */
export function busy(): Refusal {
  return new Refusal(400, 'Linode busy.')
}

export function invalid(reason: string, field?: string): Refusal {
  return new Refusal(400, reason, field)
}
