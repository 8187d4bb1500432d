import type { Issue } from '../../../../sandbox/discord/limits/issue.js'
import { messageIssues } from '../../../../sandbox/discord/limits/message.js'

/** One rule of Discord's with a payload that keeps it and one that breaks it, and what Discord says to the second. */
export type Rule = {
  readonly rule: string
  readonly judge: (payload: unknown) => readonly Issue[]
  readonly good: unknown
  readonly bad: unknown
  /** Of the issue, joined with dots. */
  readonly path: string
  readonly code: string
}

export type Json = Readonly<Record<string, unknown>>

export const V2 = 1 << 15
export const x = (length: number) => 'x'.repeat(length)
export const list = <T>(length: number, make: (index: number) => T): T[] =>
  Array.from({ length }, (_, index) => make(index))
export const button = (more: Json = {}): Json => ({ type: 2, style: 1, label: 'End', custom_id: 'a', ...more })
export const row = (...components: readonly unknown[]): Json => ({ type: 1, components })
export const buttons = (count: number) => row(...list(count, (index) => button({ custom_id: `b${index}` })))
export const option = (more: Json = {}): Json => ({ label: 'Locks', value: 'locks', ...more })
export const select = (more: Json = {}): Json => ({ type: 3, custom_id: 's', options: [option()], ...more })
export const text = (content: string): Json => ({ type: 10, content })
export const upload = { key: '0', filename: 'list.txt', sizeBytes: 1 }
export const picture = (url: string, more: Json = {}): Json => ({ media: { url }, ...more })

export const message = (payload: unknown) => messageIssues(payload, { uploads: [] })
export const withFile = (payload: unknown) => messageIssues(payload, { uploads: [upload] })
export const v2 = (...components: readonly unknown[]): Json => ({ flags: V2, components })
export const legacy = (...components: readonly unknown[]): Json => ({ content: 'x', components })
export const embeds = (...of: readonly Json[]): Json => ({ embeds: of })
export const field = (more: Json = {}): Json => ({ name: 'n', value: 'v', ...more })

export const LENGTH = 'BASE_TYPE_BAD_LENGTH'
export const MAX = 'BASE_TYPE_MAX_LENGTH'
export const REQUIRED = 'BASE_TYPE_REQUIRED'

export type Row = readonly [rule: string, good: unknown, bad: unknown, path: string, code: string]
export const rows = (judge: Rule['judge'], of: readonly Row[]): Rule[] =>
  of.map(([rule, good, bad, path, code]) => ({ rule, judge, good, bad, path, code }))

export const choice = (more: Json = {}): Json => ({ name: 'n', value: 'v', ...more })
