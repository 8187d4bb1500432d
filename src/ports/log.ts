/** What an operator may want to see: a constant sentence, and what varies in `fields`. Never client SQL. */
export type Log = {
  debug(fields: LogFields, sentence: string): void
  info(fields: LogFields, sentence: string): void
  warn(fields: LogFields, sentence: string): void
  error(fields: LogFields, sentence: string): void
  /** A log that adds `fields` to every line. */
  child(fields: LogFields): Log
}

/** An error goes under `err`. Secrets are taken out by the adapter, as a second net: do not put them in. */
export type LogFields = Readonly<Record<string, unknown>>
