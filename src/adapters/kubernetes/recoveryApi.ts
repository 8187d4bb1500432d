import type { Clock } from '../../ports/clock.js'
import type { ClusterConfig } from '../../ports/config.js'
import type { PodEnvironment } from './access.js'
import { connection } from './connection.js'
import { limit, unlessAborted } from './limit.js'
import { failure, hung } from './problem.js'
import { send } from './recoveryCall.js'
import type { Asked, NoReply, Reply } from './recoveryCall.js'
import { phraseOf } from './recoveryRight.js'

/** Asks the API server once, directly. Never rejects. */
export type Ask = (asked: Asked) => Promise<Reply | NoReply>

export type ApiDeps = {
  readonly clock: Clock
  readonly pod: PodEnvironment
  /** Gives up every call that is open; a write that was sent is then unknown. */
  readonly stop: AbortSignal
}

/** `callMs` bounds each call, its credentials included. Keeps its credentials, and reads them again after a call that they, or the address, did not serve. */
export function recoveryApi(config: ClusterConfig['access'], { clock, pod, stop }: ApiDeps): (callMs: number) => Ask {
  let api = connection(config, pod, clock)
  return (callMs) => async (asked) => {
    const within = limit(clock, callMs, stop)
    const mine = api
    try {
      const access = await unlessAborted(mine.open(), within.signal)
      if (access.kind === 'failed') return { kind: 'no reply', wasSent: false, problem: access.problem }
      const answer = await send({ access, clock }, asked, within)
      const isDoubtful = answer.kind === 'no reply' ? isOfAccess(answer) : answer.status === 401
      if (isDoubtful && api === mine) api = connection(config, pod, clock)
      return answer
    } catch {
      const asking = phraseOf(asked.right)
      const { problem } = within.isOver() ? hung(asking, callMs) : failure('other', `${asking} was given up`)
      return { kind: 'no reply', wasSent: false, problem }
    } finally {
      within.end()
    }
  }
}

function isOfAccess({ problem }: NoReply): boolean {
  return problem.why === 'unreachable' || problem.why === 'unauthorised'
}
