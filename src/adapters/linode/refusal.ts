import type { LinodeRefusal, LinodeUnreachable } from '../../ports/linode.js'
import type { Answer } from './call.js'
import type { Nothing } from './failure.js'

type Refusal = Extract<Answer, { kind: 'refusal' }>

export function refused({ status, reasons, retryAfterMs }: Refusal, what: string): LinodeRefusal {
  const why = whyOf(status, reasons)
  const words = reasons.map(({ reason, field }) => (field === undefined ? reason : `${field}: ${reason}`)).join(' ')
  const wait = retryAfterMs === undefined ? '' : ` It asks to wait ${Math.ceil(retryAfterMs / 1000)} s.`
  return {
    kind: 'refused',
    why,
    status,
    reasons,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    detail: `Linode refused to ${what} (${status})${words === '' ? '.' : `: ${words}`}${wait}`,
  }
}

export function unreachable({ why, detail }: Nothing): LinodeUnreachable {
  return { kind: 'unreachable', why, detail }
}

/**
 * Linode has no codes within a status: for two that pass by themselves the words are all there is. The same words are
 * matched by linodego ("Linode busy.") and linode-blockstorage-csi-driver ("is already attached"). Changed words would
 * make them `invalid`, which stops instead of waiting.
 */
function whyOf(status: number, reasons: Refusal['reasons']): LinodeRefusal['why'] {
  switch (status) {
    case 401:
      return 'unauthorised'
    case 403:
      return 'denied'
    case 404:
      return 'missing'
    case 429:
      return 'rate limited'
    default:
  }
  const isSaid = (words: string): boolean => reasons.some(({ reason }) => reason.includes(words))
  if (isSaid('is already attached')) return 'already attached'
  return isSaid('Linode busy') ? 'busy' : 'invalid'
}
