import { DependencyError, UserError } from '../../core/errors.js'
import type { Log, LogFields } from '../../ports/log.js'

/** What a store's thread is told. One call is under way at a time; `id` tells its answer from a late one. */
export type ToThread = { readonly id: number; readonly method: string; readonly args: readonly unknown[] }

/** What a store's thread says. `opened`, or a `failed` with the id of the opening, comes first. */
export type FromThread =
  | { readonly kind: 'answered'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly error: CarriedError }
  | { readonly kind: 'log'; readonly level: LogLevel; readonly fields: LogFields; readonly sentence: string }

/** The id of the answer to the opening, which nobody asks for by a message. */
export const OPENING = 0

export type LogLevel = Exclude<keyof Log, 'child'>

/** An error as plain data: a structured clone forgets the class of an error, and decisions hang on it. */
export type CarriedError = {
  readonly kind: 'user' | 'dependency' | 'bug' | 'other'
  readonly name: string
  readonly message: string
  readonly dependency?: DependencyError['dependency']
  readonly stack?: string
  readonly code?: string
  readonly cause?: CarriedError
}

export function carryError(error: unknown): CarriedError {
  if (!(error instanceof Error)) return { kind: 'other', name: 'Error', message: String(error) }
  return {
    kind: kindOf(error),
    name: error.name,
    message: error.message,
    ...(error instanceof DependencyError ? { dependency: error.dependency } : {}),
    ...(error.stack === undefined ? {} : { stack: error.stack }),
    ...('code' in error && typeof error.code === 'string' ? { code: error.code } : {}),
    ...(error.cause === undefined ? {} : { cause: carryError(error.cause) }),
  }
}

/** The error again, with the stack of the thread it comes from. */
export function errorFrom(carried: CarriedError): Error {
  const options = carried.cause === undefined ? {} : { cause: errorFrom(carried.cause) }
  const error = bare(carried, options)
  if (carried.stack !== undefined) error.stack = carried.stack
  return carried.code === undefined ? error : Object.assign(error, { code: carried.code })
}

/** Fields that cross: an error among them as `CarriedError`. */
export function carryFields(fields: LogFields): LogFields {
  return mapped(fields, (value) => (value instanceof Error ? { carried: carryError(value) } : value))
}

export function fieldsFrom(fields: LogFields): LogFields {
  return mapped(fields, (value) =>
    typeof value === 'object' && value !== null && 'carried' in value
      ? errorFrom(value.carried as CarriedError) // carryFields, on the other side, is the only one who writes it
      : value,
  )
}

function kindOf(error: Error): CarriedError['kind'] {
  if (error instanceof UserError) return 'user'
  if (error instanceof DependencyError) return 'dependency'
  return error instanceof TypeError ? 'bug' : 'other'
}

function bare(carried: CarriedError, options: ErrorOptions): Error {
  switch (carried.kind) {
    case 'user':
      return new UserError(carried.message, options)
    case 'dependency':
      return new DependencyError(carried.dependency ?? 'disk', carried.message, options)
    case 'bug':
      return new TypeError(carried.message, options)
    case 'other':
      return Object.assign(new Error(carried.message, options), { name: carried.name })
  }
}

function mapped(fields: LogFields, change: (value: unknown) => unknown): LogFields {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, change(value)]))
}
