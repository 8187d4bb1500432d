import { z } from 'zod'
import type { Parser } from './value.js'

/** Marks an error whose message is already the whole sentence. */
export const WHOLE = { whole: true } as const

/** A setting that stands for a variable of the environment. */
export const REFERENCE = /^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$/

/** For the JSON Schema: what may be written with or without quotes. */
export const NUMBER_OR_TEXT = { type: ['string', 'integer'] }

/** An error's message is "what is expected", then a hint on a second line; the reader adds what it got. */
export function expected(parser: Parser<unknown>): string {
  return [parser.what, parser.hint ?? ''].join('\n').trim()
}

/** A scalar, understood by the parser that the environment uses too. `json` goes into the JSON Schema. */
export function field<T>(parser: Parser<T>, description: string, json: Record<string, unknown> = {}) {
  return z
    .string({ error: expected(parser) })
    .meta({ description: `${description} Expected: ${parser.what}.`, ...json })
    .transform((text, context) => {
      if (REFERENCE.test(text)) {
        context.addIssue({
          code: 'custom',
          params: WHOLE,
          message: `expected ${parser.what}; \${NAME} stands for secrets only`,
        })
        return z.NEVER
      }
      const value = parser.parse(text)
      if (value !== undefined) return value
      context.addIssue({ code: 'custom', message: expected(parser) })
      return z.NEVER
    })
}

/** A strict object whose error about unknown keys lists the known ones, for the reader to find the nearest. */
export function strict<T extends z.core.$ZodLooseShape>(what: string, shape: T) {
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? Object.keys(shape).join(' ') : what),
  })
}
