import {
  ACTIONS,
  decideAccess,
  type Action,
  type DenialReason,
  type Presser,
  type TierRoles,
} from '../../core/access/tier.js'
import type { Clock } from '../../ports/clock.js'
import type { Refused } from '../../ports/lifeguard.js'
import type { Log } from '../../ports/log.js'
import type { Members } from '../../ports/members.js'
import type { Ledger } from '../ledger.js'

/** Decides who may; every refusal is written down and answered in words. Undefined is a yes. */
export type Gate = {
  /** From what the click itself carries. */
  atClick(presser: Presser, action: Action): Promise<Refused | undefined>
  /** Asks Discord for the person's roles again, immediately before an act. No answer is a no. */
  atAct(presser: Presser, action: Action): Promise<Refused | undefined>
  /** Without a record: for what is refused silently, such as suggestions while typing. */
  mayAtAll(presser: Presser, action: Action): boolean
}

export function openGate(deps: {
  readonly guildId: string
  readonly roles: TierRoles
  readonly members: Members
  readonly ledger: Ledger
  readonly clock: Clock
  readonly newId: (isTaken: (id: string) => boolean) => string
  readonly log: Log
}): Gate {
  const { clock, ledger, log, roles } = deps
  const config = { guildId: deps.guildId, roles }

  const refuse = async (
    presser: Presser,
    action: Action,
    because: DenialReason,
    has: Refused['has'],
  ): Promise<Refused> => {
    const ref = deps.newId(() => false)
    log.warn({ ref, action, because, person: presser.id }, 'refused')
    await ledger.note([
      { v: 1, type: 'access.refused', by: { id: presser.id, name: presser.name }, action, because, ref },
    ])
    const needs = ACTIONS[action].tier
    return { kind: 'refused', action, because, needs, has, roleIds: roles[needs], ref }
  }

  const atClick: Gate['atClick'] = async (presser, action) => {
    const decision = decideAccess(presser, action, config, clock.now())
    return decision.allowed ? undefined : await refuse(presser, action, decision.because, decision.has)
  }

  return {
    atClick,
    async atAct(presser, action) {
      const member = await deps.members.read(presser.id)
      // What cannot be read is not known, and what is not known is not allowed.
      const fresh: Presser =
        member.kind === 'member'
          ? { ...presser, roleIds: member.roleIds, timedOutUntil: member.timedOutUntil }
          : { ...presser, roleIds: member.kind === 'gone' ? [] : undefined }
      return await atClick(fresh, action)
    },
    mayAtAll: (presser, action) => decideAccess(presser, action, config, clock.now()).allowed,
  }
}
