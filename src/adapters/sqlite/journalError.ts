import { LibsqlError } from '@libsql/client'
import { DependencyError, UserError } from '../../core/errors.js'

/** True when the file itself is wrong, as against the disk being full or away. A number beyond 2^53 is not ours. */
export function isDamage(error: unknown): error is Error {
  if (error instanceof RangeError) return true
  return error instanceof LibsqlError && (error.code === 'SQLITE_CORRUPT' || error.code === 'SQLITE_NOTADB')
}

/** What `error` means to who runs Lifeguard; one that is in our words already is returned as it is. */
export function journalError(doing: string, file: string, error: unknown): Error {
  if (error instanceof UserError || error instanceof DependencyError) return error
  if (error instanceof TypeError) return error // ours, a bug: to be logged whole
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
  if (code === 'SQLITE_BUSY') {
    return new UserError(
      `Another Lifeguard holds ${file}. Two on one journal would each act alone: ` +
        'stop the other one, or give this one a data folder of its own.',
    )
  }
  const advice =
    code === 'SQLITE_FULL' || code === 'ENOSPC'
      ? 'The disk is full: make room.'
      : isDamage(error)
        ? 'The file is damaged: stop Lifeguard and run `lifeguard journal seal`.'
        : 'Check that the folder exists, that its disk is mounted and that Lifeguard may write there.'
  const detail = (error instanceof Error ? error.message : String(error)).replace(/\.$/, '')
  return new DependencyError('journal', `Could not ${doing}: ${detail}. ${advice}`, { cause: error })
}
