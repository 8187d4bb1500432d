import type { ClusterProblem } from '../../ports/cluster.js'
import type { Kind } from './kinds.js'

/** What was asked for, as RBAC says it. */
export type Right = Pick<Kind<unknown>, 'resource' | 'group'> & { readonly verb: 'list' | 'watch' }

/** A call that brought nothing. `status` is HTTP's, or that of the Status a watch ended with. */
export type Failure = { readonly kind: 'failed'; readonly problem: ClusterProblem; readonly status?: number }

export function failure(why: ClusterProblem['why'], detail: string, remedy?: string): Failure {
  return { kind: 'failed', problem: { why, detail, ...(remedy === undefined ? {} : { remedy }) } }
}

/** Translates an answer that is not 200. The body is not read: it names accounts, and the status says enough. */
export function refusal(status: number, right: Right): Failure {
  return { kind: 'failed', status, problem: refusalProblem(status, right) }
}

function refusalProblem(status: number, right: Right): ClusterProblem {
  const asked = `${right.verb} ${right.resource}`
  switch (status) {
    case 401:
      return {
        why: 'unauthorised',
        detail: `The API server does not accept Lifeguard's credentials (401)`,
        remedy: `Renew the token or client certificate of the kubeconfig; in a cluster, check that the pod's ServiceAccount still exists.`,
      }
    case 403:
      return {
        why: 'denied',
        detail: `Lifeguard may not ${asked} in all namespaces (403)`,
        remedy: grantOf([right]),
      }
    case 410:
      return { why: 'incomplete', detail: `The API server forgot what ${asked} had begun with (410)` }
    case 429:
      return { why: 'other', detail: `The API server has too much to do to ${asked} (429)` }
    default:
      return { why: 'other', detail: `The API server answered ${status} to ${asked}` }
  }
}

/** The rules of a ClusterRole that grant these rights; each needs both verbs to be kept fresh. */
export function grantOf(rights: readonly Pick<Right, 'resource' | 'group'>[]): string {
  const rules = [...new Set(rights.map(({ group }) => group))].map((group) => {
    const resources = [...new Set(rights.filter((right) => right.group === group).map(({ resource }) => resource))]
    return `- {apiGroups: ["${group}"], resources: [${resources.map((name) => `"${name}"`).join(', ')}], verbs: ["list", "watch"]}`
  })
  return `Add to the rules of Lifeguard's ClusterRole: ${rules.join(' ')}`
}

/** Our own time limit ended the call. */
export function hung(what: string, limitMs: number): Failure {
  return failure('hung', `The API server did not answer ${what} within ${limitMs / 1000} s`)
}

/**
 * Translates what the network, TLS or a credentials file did. Only codes are read: messages and bodies may hold tokens.
 * `server` is host and port.
 */
export function networkFailure(error: unknown, server: string): Failure {
  const code = codeOf(error)
  switch (code) {
    case 'ECONNREFUSED':
      return failure('unreachable', `Nobody listens at ${server} (ECONNREFUSED)`)
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return failure(
        'unreachable',
        `The host of ${server} has no address (${code})`,
        'Check the server in the kubeconfig, and DNS.',
      )
    case 'ECONNRESET':
    case 'EPIPE':
      return failure('unreachable', `The connection to ${server} was cut (${code})`)
    case 'ENOENT':
    case 'EACCES':
      return failure(
        'unauthorised',
        `A token or certificate file that the access to ${server} needs can't be read (${code})`,
        'Check the files that the kubeconfig names, or that the ServiceAccount token is mounted.',
      )
    case undefined:
      return failure('other', `The call to ${server} failed`)
    default:
      return isTls(code)
        ? failure(
            'unreachable',
            `TLS with ${server} failed (${code})`,
            `Check certificate-authority and server in the kubeconfig: the certificate must be the CA's, valid today and for this host.`,
          )
        : failure('unreachable', `The call to ${server} failed (${code})`)
  }
}

/** OpenSSL's verdicts on a certificate have no prefix in common. */
function isTls(code: string): boolean {
  return /^ERR_(TLS|SSL|OSSL)_|CERT|SIGNATURE|^EPROTO$|^HOSTNAME_MISMATCH$/.test(code)
}

export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}
