import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { diagnose } from '../../src/core/doctor/diagnose.js'
import type { TerminateOutcome } from '../../src/core/incident/event.js'
import type { Backend } from '../../src/core/terminate/backend.js'
import { selectStale } from '../../src/core/terminate/select.js'
import { GROUP_KEYS } from '../../src/core/watch/breakdown.js'
import { renderCard, renderReplacedCard } from '../../src/messages/card.js'
import { renderConnections } from '../../src/messages/connections.js'
import { renderDoctor } from '../../src/messages/doctor.js'
import { renderEvidence } from '../../src/messages/evidence.js'
import { renderAcknowledged, renderIncident, renderIncidentList, renderResolved } from '../../src/messages/incidents.js'
import { renderActAnswer, renderOutcome } from '../../src/messages/outcome.js'
import { renderOrphans } from '../../src/messages/orphans.js'
import { plainText } from '../../src/messages/plainText.js'
import { renderPage } from '../../src/messages/page.js'
import { renderPreview, unknownServer } from '../../src/messages/preview.js'
import { renderBug, renderRefusal, renderUnknownButton } from '../../src/messages/refusal.js'
import { renderStatus } from '../../src/messages/status.js'
import { ACTIONS, type Action, type DenialReason } from '../../src/core/access/tier.js'
import type { Rendered } from '../../src/messages/body.js'
import { IN_2020, role } from '../core/doctor/facts.js'
import { backend, COLLEAGUE, MINUTE, reading, RESPONDER, STALE, T0 } from '../core/fixture.js'
import { actOf, card, CARD_REF, FILTER, FINISHED, link, PAGE_ROLE, THREAD } from './fixture.js'
import { assertHarmless, type Own } from './limits.js'
import { attributionsOf, everyLook, everywhere, incidentsOf, liveOf } from './hostileWorld.js'

const OWN: Own = {
  mentions: [`<@${RESPONDER.id}>`, `<@${COLLEAGUE.id}>`, `<#${THREAD}>`, `<@&${PAGE_ROLE}>`],
  links: [link(CARD_REF)],
}

function check(rendered: Rendered): void {
  assertHarmless(rendered, OWN, PAGE_ROLE)
}

describe('whatever people and programs are called, a message stays harmless and within limits:', () => {
  test('the card, its successor and its page', () => {
    everywhere((of) => {
      const live = liveOf(of)
      for (const incident of incidentsOf(of))
        for (const look of everyLook(of, live.reading ?? reading([]))) {
          const degraded = [of.detail, ...of.names]
          const message = card({ incident, live: { ...live, look }, degraded, previous: CARD_REF, threadId: THREAD })
          const rendered = renderCard(message, link)
          check(rendered)
          assert.ok(JSON.stringify(rendered.body).includes(message.marker), 'the marker is always there')
          check(renderReplacedCard({ kind: 'replaced card', incident, next: undefined, marker: 'Ref 1' }, link))
          const page = { kind: 'page', incident, n: 1, card: CARD_REF, marker: 'Ref 7QK2M/page:1' } as const
          check(renderPage(page, PAGE_ROLE, link))
          assertHarmless(renderPage(page, undefined, link), OWN)
        }
    })
  })

  test('/connections show, by every key and on every page', () => {
    everywhere((of) => {
      const live = liveOf(of)
      const answer = { kind: 'connections', live, reading: live.reading ?? reading([]), isFresh: false } as const
      for (const by of GROUP_KEYS)
        for (const page of [0, 1, 2, 9999]) {
          const rendered = renderConnections(answer, by, page)
          check(rendered)
          const table = /```\n([^]*?)\n```/.exec(plainText(rendered.body))?.[1] ?? ''
          assert.notEqual(table, '')
          for (const line of table.split('\n')) assert.ok(line.length <= 42, line)
        }
      check(renderConnections({ kind: 'no reading', live }, 'role', 0))
      check(unknownServer({ asked: of.detail, servers: of.names }))
    })
  })

  test('a preview, its list, and every answer to a press', () => {
    everywhere((of) => {
      const live = liveOf(of)
      const list = of.names.flatMap((name, index): Backend[] => [
        backend({
          pid: index * 3 + 1,
          role: 'site',
          applicationName: name,
          database: name,
          clientAddr: name,
          locksHeld: 1,
        }),
        backend({ pid: index * 3 + 2, role: 'site', applicationName: name, isSuperuser: true }),
        backend({ pid: index * 3 + 3, role: name, applicationName: name, isSuperuser: true }),
      ])
      for (const filter of [FILTER, { role: of.names[0] ?? 'x', states: FILTER.states }]) {
        const selection = selectStale(list, filter, STALE)
        const common = { server: of.server, filter, selection, live }
        if (selection.victims.length > 0) {
          const shown = renderPreview({ kind: 'preview', preview: 'P0001', ...common, validUntil: T0 + MINUTE })
          check(shown)
          const [file] = shown.files
          assert.equal(file?.text.split('\n').length, list.filter((one) => one.role === filter.role).length + 4)
        }
        check(renderPreview({ kind: 'nobody', ...common }))
      }
      for (const answer of [
        { kind: 'unreadable', server: of.server, detail: of.detail },
        { kind: 'not recorded', detail: of.detail },
        { kind: 'unknown server', asked: of.detail, servers: of.names },
      ] as const) {
        check(renderPreview(answer))
        check(renderActAnswer(answer))
      }
      check(renderPreview({ kind: 'unknown incident', asked: of.detail }))
      check(renderPreview({ kind: 'no suspect', server: of.server, live }))
    })
  })

  test('/connections orphans, and why nothing is known of origins', () => {
    everywhere((of) => {
      const live = liveOf(of)
      const look = live.reading ?? reading([])
      for (const traced of [live.traced, { kind: 'no picture', problem: of.detail }, { kind: 'off' }] as const) {
        const answer = { kind: 'connections', live: { ...live, traced }, reading: look, isFresh: true } as const
        check(renderOrphans(answer))
        check(renderConnections(answer, 'rollout', 0))
        for (const incident of incidentsOf(of)) {
          const rendered = renderCard(card({ incident, live: answer.live, degraded: [of.detail] }), link)
          check(rendered)
          assert.ok(JSON.stringify(rendered.body).includes('Ref 7QK2M/card:1'))
        }
      }
    })
  })

  test('a preview by origin, its list, and what comes of it', () => {
    everywhere((of) => {
      const live = liveOf(of)
      const origins = attributionsOf(of.names)
      const list = origins.map((_, pid) => backend({ pid, applicationName: of.detail, clientAddr: of.detail }))
      const byPid = new Map(origins.map((origin, pid) => [pid, origin]))
      for (const origin of ['orphans', 'previous rollout'] as const) {
        const filter = { states: FILTER.states, origin, minAgeMs: of.count }
        const selection = selectStale(list, filter, STALE, byPid)
        const common = { server: of.server, filter, selection, live }
        const shown = renderPreview({ kind: 'preview', preview: 'P0001', ...common, validUntil: T0 + MINUTE })
        check(shown)
        assert.equal(shown.files[0]?.text.split('\n').length, list.length + 4, 'a line for each, and none more')
        check(renderPreview({ kind: 'nobody', ...common }))
        const named = { ...filter, role: of.detail, applicationName: of.names[0] ?? '' }
        const act = actOf({ ...FINISHED, server: of.server, by: of.person, filter: named })
        const whole = { ...act, previewed: { ...act.previewed, filter: named } }
        check(renderActAnswer({ kind: 'nothing left', act: whole, alreadyGone: 1, changed: 1 }))
        check(renderActAnswer({ kind: 'already pressed', act: whole, by: of.person, at: T0 }))
      }
      const failed = { kind: 'no origins', server: of.server, detail: of.detail, remedy: of.names.join(' ') } as const
      check(renderPreview(failed))
      check(renderActAnswer(failed))
    })
  })

  test('an outcome and the evidence, in the thread', () => {
    everywhere((of) => {
      const pids = Array.from({ length: of.count }, (_, index) => index)
      const outcome: TerminateOutcome = {
        gone: 1,
        stillAlive: pids,
        alreadyGone: 0,
        changed: 0,
        unknown: of.detail,
        denied: of.detail,
      }
      const [name = ''] = of.names
      const finished = {
        ...FINISHED,
        server: of.server,
        by: of.person,
        filter: { role: name, states: FILTER.states },
        outcome,
      }
      const act = actOf(finished)
      for (const incident of incidentsOf(of)) {
        check(renderOutcome({ kind: 'outcome', act, incident, marker: 'Ref 7QK2M/act:P0001' }))
        check(renderActAnswer({ kind: 'already pressed', act, by: of.person, at: T0 }))
        const file = { name: 'evidence-7QK2M.json', text: '{}' }
        check(renderEvidence({ kind: 'evidence', incident, file, marker: 'Ref 7QK2M/evidence' }))
      }
    })
  })

  test('/incident and /status', () => {
    everywhere((of) => {
      const live = liveOf(of)
      const incidents = incidentsOf(of)
      check(renderIncidentList(Array.from({ length: 30 }, () => incidents).flat()))
      check(renderIncident({ kind: 'unknown incident', asked: of.detail }))
      for (const incident of incidents) {
        check(renderIncident({ kind: 'incident', incident, live }))
        check(renderAcknowledged({ kind: 'acknowledged', incident }))
        check(renderAcknowledged({ kind: 'already acknowledged', incident, by: of.person, at: T0 }))
        check(renderAcknowledged({ kind: 'not recorded', detail: of.detail }))
        check(renderResolved({ kind: 'still firing', incident, live }))
      }
      const session = { state: 'closed', since: T0, dials: 1, refusedBy: 'every slot', lastError: of.detail } as const
      const server = {
        live: { ...live, canary: { kind: 'off', because: of.detail } },
        sessions: { monitor: session, actor: session, role: of.detail, degraded: of.names },
        schedule: '*/5 * * * * *',
        gaps: { missed: 2, overlapped: 1, lastAt: T0 },
        incidents,
      } as const
      const servers = Array.from({ length: of.names.length * 4 }, () => server)
      check(renderStatus({ kind: 'status', version: '1', startedAt: T0, servers, degraded: of.names }))
    })
  })

  test('/doctor, whatever roles and applications are called', () => {
    everywhere((of) => {
      const roles = of.names.map((name, index) =>
        role(name, { isSuperuser: index % 3 === 2, connectionLimit: (index % 2) - 1 }),
      )
      const facts = {
        ...IN_2020,
        roles,
        backends: of.names.map((name, index) => ({
          role: name,
          database: name,
          applicationName: index % 2 ? name : '',
          count: of.count,
        })),
        own: {
          role: of.detail,
          weaknesses: of.names.map((name) => ({ about: 'grant', says: name, sql: [name] }) as const),
        },
        onCommandLine: of.count % 2 ? ['tcp_keepalives_idle'] : [],
      }
      const budgets = of.names.map((name) => ({
        name,
        pods: of.count,
        workers: 4,
        threads: 8,
        aliases: 2,
        isRolling: true,
      }))
      for (const names of [of.names, Array.from({ length: 60 }, () => 'x')]) {
        const forecasts = names.map((name) => ({
          workload: { namespace: name, kind: name, name },
          podsAtPeak: of.count,
          perPod: 64,
          need: 128,
          usable: 97,
          exceedsBy: 31,
          isRollingOut: of.count % 2 === 0,
        }))
        const diagnosis = diagnose({ facts, budgets, usable: 97, forecasts })
        check(renderDoctor({ kind: 'examined', server: of.server, facts, diagnosis }))
        check(renderDoctor({ kind: 'unreadable', server: of.server, detail: of.detail, last: { facts, diagnosis } }))
      }
      check(renderDoctor({ kind: 'unreadable', server: of.server, detail: of.detail }))
      check(renderDoctor({ kind: 'unknown server', asked: of.detail, servers: of.names }))
    })
  })

  test('refusals, which name roles but ping none', () => {
    const reasons: readonly DenialReason[] = ['not in a server', 'a bot', 'roles unknown', 'timed out', 'tier missing']
    for (const action of Object.keys(ACTIONS) as Action[])
      for (const because of reasons) {
        const { tier: needs } = ACTIONS[action]
        check(renderRefusal({ kind: 'refused', action, because, needs, has: [], roleIds: [PAGE_ROLE], ref: '7QK2M' }))
      }
    check(renderBug('7QK2M'))
    check(renderUnknownButton())
  })
})
