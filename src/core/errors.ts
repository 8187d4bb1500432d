/** Something the responder can act on; its message is shown word for word. */
export class UserError extends Error {
  override readonly name = 'UserError'
}

/** The outside failed. Names the dependency and keeps the cause. */
export class DependencyError extends Error {
  override readonly name = 'DependencyError'
  readonly dependency: 'discord' | 'journal' | 'postgres' | 'disk'

  constructor(dependency: DependencyError['dependency'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.dependency = dependency
  }
}
