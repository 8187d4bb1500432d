import { type Issue, required, textIssues } from './issue.js'

const PATH = ['reason']

/**
 * The header X-Audit-Log-Reason: 1 to 512 characters once decoded, and URL-encoded, since headers carry no others.
 * Source: Discord, "Audit Log".
 */
export function reasonIssues(header: unknown): Issue[] {
  if (header === undefined) return []
  const reason = decoded(header)
  if (reason === undefined) {
    return [{ path: PATH, code: 'SANDBOX_REASON_ENCODING', message: 'The audit log reason must be URL-encoded' }]
  }
  return reason.trim() === '' ? [required(PATH)] : textIssues(reason, PATH, { max: 512 })
}

function decoded(header: unknown): string | undefined {
  if (typeof header !== 'string' || !/^[\u0020-\u007E]*$/.test(header)) return undefined
  try {
    return decodeURIComponent(header)
  } catch {
    return undefined
  }
}
