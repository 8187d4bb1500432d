/** A person cannot do this: Discord's own client would not offer it. */
export class DriverRefusal extends Error {
  override readonly name = 'DriverRefusal'
}
