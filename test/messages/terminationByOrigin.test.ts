import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { StaleFilter } from '../../src/core/incident/event.js'
import { selectStale, type OriginByPid } from '../../src/core/terminate/select.js'
import { BOTH_STATES } from '../../src/core/terminate/suspect.js'
import { renderAct, renderActAnswer, renderOutcome } from '../../src/messages/outcome.js'
import { renderCard } from '../../src/messages/card.js'
import { renderPreview } from '../../src/messages/preview.js'
import { backend, MINUTE, OPENED, STALE, T0 } from '../core/fixture.js'
import { CURRENT, NEVER_SEEN_POD, NODE, ORPHAN, REPLACED, UNKNOWN } from '../core/terminate/origins.js'
import { ACTED, actOf, card, FINISHED, incidentOf, INCIDENT, labels, lines, link, LIVE, words } from './fixture.js'

const ORPHANS: StaleFilter = { role: 'site', states: BOTH_STATES, origin: 'orphans' }
const PREVIOUS: StaleFilter = { states: BOTH_STATES, origin: 'previous rollout' }
const list = Array.from({ length: 44 }, (_, index) =>
  backend({ pid: 4200 + index, stateAgeMs: (122 + index) * MINUTE }),
)
const origins: OriginByPid = new Map(
  list.map(({ pid }, index) => [
    pid,
    index < 29 ? ORPHAN : index < 31 ? NEVER_SEEN_POD : index < 40 ? CURRENT : index < 42 ? NODE : UNKNOWN,
  ]),
)

function preview(filter: StaleFilter, byPid: OriginByPid) {
  const selection = selectStale(list, filter, STALE, byPid)
  const common = { server: 'production', filter, selection, live: LIVE }
  return selection.victims.length === 0
    ? renderPreview({ kind: 'nobody', ...common })
    : renderPreview({ kind: 'preview', preview: 'P0001', ...common, validUntil: T0 + MINUTE })
}

describe('a preview by origin', () => {
  test('says of which rollout they are and what shows it, who is left alone, and that the pods are listed again', () => {
    const shown = preview(ORPHANS, origins)
    assert.equal(
      words(shown),
      lines(`
        ### Terminate 31 backends on \`production\`? Nothing has been done yet.
        Why these: role \`site\`, of pods that no longer exist, idle or idle in transaction.
        - 29 of \`site-6f9c8d7b5\`: each has an address that Lifeguard saw on a pod that is gone
        - 2 of a pod not known by name: each has an address that only pods have, and no pod has it
        -# The pods were listed just now, and are listed again when you confirm.
        In that state for 2 h 02 min to 2 h 32 min.
        Left alone: 9 of living pods, 4 of unproven origin.
        -# Valid for 60 s, until 13:25:00 · what changes until then is left alone · list attached
      `),
    )
    assert.deepEqual(labels(shown), ['Terminate 31 backends'])
  })

  test('attaches the list, which says of each backend whose it is, why, and how sure that is', () => {
    const [file] = preview(ORPHANS, origins).files
    const text = file?.text.split('\n') ?? []
    assert.equal(text.length, 44 + 4)
    assert.match(
      file?.text ?? '',
      /orphan site-6f9c8d7b5-q8zvw: has an address that Lifeguard saw on a pod that is gone \(confidence: high\)$/m,
    )
    assert.match(
      file?.text ?? '',
      /orphan: has an address that only pods have, and no pod has it \(confidence: medium\)$/m,
    )
    assert.match(file?.text ?? '', /of living pods {2}current rollout site-7d4b9c6f8-x2k4p: has the address of its pod/)
    assert.match(file?.text ?? '', /of unproven origin {2}node address lke-1: has a node's address/)
    assert.match(file?.text ?? '', /of unproven origin {2}unknown: is too young/)
  })

  test('of a previous rollout says what makes it replaceable', () => {
    const shown = words(preview(PREVIOUS, new Map(list.map(({ pid }) => [pid, REPLACED]))))
    assert.match(
      shown,
      /^Why these: any role, held by terminating pods of a previous rollout, the new one being complete, idle or idle in transaction\.$/m,
    )
    assert.match(shown, /^- 44 of `site-6f9c8d7b5`: each has the address of its pod$/m)
  })

  test('shows a handful of reasons, and counts the others', () => {
    const many = new Map(
      list.map(({ pid }) => [
        pid,
        {
          ...ORPHAN,
          pod: { name: `p-${pid}`, workload: null, rollout: { name: `r-${pid % 9}`, revision: 1, createdAt: T0 } },
        },
      ]),
    )
    const shown = words(preview(ORPHANS, many))
    assert.equal(shown.match(/^- \d+ of `r-/gm)?.length, 5)
    assert.match(shown, /^- \d+ of others: see the list$/m)
  })

  test('of nobody says who is there, and why others are not proven', () => {
    const shown = words(preview(ORPHANS, new Map(list.map(({ pid }) => [pid, CURRENT]))))
    assert.match(shown, /^Looked for role `site`, of pods that no longer exist, idle or idle in transaction\.$/m)
    assert.match(shown, /^Left alone: 44 of living pods\.$/m)
  })

  test('with a minimum age names it', () => {
    assert.match(
      words(preview({ ...ORPHANS, minAgeMs: 2 * 60 * MINUTE }, origins)),
      /idle or idle in transaction for 2 h 00 min or more/,
    )
  })
})

describe('without a list of pods', () => {
  const failed = { kind: 'no origins', server: 'production', detail: 'no answer in 5 s' } as const
  const mended = { ...failed, detail: 'may not list pods', remedy: 'kubectl create clusterrole …' }

  test('preview and act say why, what mends it, and that nothing was done', () => {
    for (const shown of [renderPreview(failed), renderActAnswer(failed)]) {
      assert.match(words(shown), /could not be listed/)
      assert.match(words(shown), /`no answer in 5 s`/)
      assert.match(
        words(shown),
        /Without a fresh list nobody is an orphan\. Nothing was done\. `\/terminate stale` goes by age alone\./,
      )
      assert.doesNotMatch(words(shown), /mend/)
    }
    for (const shown of [renderPreview(mended), renderActAnswer(mended)])
      assert.match(words(shown), /to mend it: `kubectl create clusterrole …`/i)
  })
})

describe('an outcome by origin', () => {
  const of = (filter: StaleFilter) => {
    const act = actOf({ ...FINISHED, filter })
    return { ...act, previewed: { ...act.previewed, filter } }
  }
  const headline = (filter: StaleFilter) => words(renderAct(of(filter))).split('\n')[0]

  test('says what they were', () => {
    assert.equal(
      headline(ORPHANS),
      '### <@267624335836053506> terminated 30 of 31 orphaned backends of role `site` on `production` in 0.6 s.',
    )
    assert.equal(
      headline(PREVIOUS),
      '### <@267624335836053506> terminated 30 of 31 backends of any role, of a previous rollout on `production` in 0.6 s.',
    )
    assert.equal(
      headline({ states: BOTH_STATES, origin: 'orphans', applicationName: 'site-web' }),
      '### <@267624335836053506> terminated 30 of 31 orphaned backends of application `site-web` on `production` in 0.6 s.',
    )
    assert.match(
      words(
        renderOutcome({
          kind: 'outcome',
          act: of({ states: BOTH_STATES, origin: 'orphans' }),
          incident: INCIDENT,
          marker: 'Ref 1',
        }),
      ),
      /any role came back with 2 new backends/,
    )
  })

  test('says so on the card', () => {
    const [previewed, intended] = ACTED
    const incident = incidentOf(OPENED, previewed, intended, { ...FINISHED, filter: ORPHANS })
    assert.match(words(renderCard(card({ incident }), link)), /terminated 30 orphaned backends of role `site`\./)
  })

  test('that found nobody left tells those whose pods are there from those that are gone', () => {
    const shown = words(renderActAnswer({ kind: 'nothing left', act: of(ORPHANS), alreadyGone: 3, changed: 28 }))
    assert.match(
      shown,
      /Since the preview 3 ended by themselves, and 28 went back to work or are not proven orphaned any more\.\nNothing was done\./,
    )
    assert.match(
      words(renderActAnswer({ kind: 'nothing left', act: actOf(), alreadyGone: 3, changed: 28 })),
      /Since the preview 3 ended by themselves and 28 went back to work\./,
    )
  })
})
