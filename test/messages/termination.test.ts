import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { selectStale } from '../../src/core/terminate/select.js'
import { renderEvidence } from '../../src/messages/evidence.js'
import { renderActAnswer, renderOutcome } from '../../src/messages/outcome.js'
import { renderPreview } from '../../src/messages/preview.js'
import { backend, MINUTE, OPENED, RESPONDER, STALE, T0 } from '../core/fixture.js'
import { actOf, FILTER, FINISHED, incidentOf, INCIDENT, labels, lines, LIVE, words } from './fixture.js'

describe('a preview', () => {
  const stale = Array.from({ length: 31 }, (_, index) =>
    backend({ pid: 4200 + index, stateAgeMs: (122 + index) * MINUTE, locksHeld: index < 2 ? 1 : 0 }),
  )
  const spared = [
    backend({ pid: 1, state: 'active', blockedBy: [4200] }),
    backend({ pid: 2, isSuperuser: true, role: 'site' }),
  ]
  const common = { server: 'production', filter: FILTER, live: LIVE } as const

  test('says whom, why, what they hold and who is left alone, on a button with their number', () => {
    const selection = selectStale([...stale, ...spared], FILTER, STALE)
    const shown = renderPreview({ kind: 'preview', preview: 'P0001', ...common, selection, validUntil: T0 + MINUTE })
    assert.equal(
      words(shown),
      lines(`
        ### Terminate 31 backends on \`production\`? Nothing has been done yet.
        Why these: role \`site\`, idle for 15 min or more, or idle in transaction for 5 min or more.
        In that state for 2 h 02 min to 2 h 32 min.
        2 hold locks: 4201 (idle), 4200 (idle, blocks 1).
        Left alone: 1 active.
        **Can't be ended by Lifeguard: 1 superuser backend** (pid 2). A superuser can: \`SELECT pg_terminate_backend(pid)\`. To mend it for good: \`ALTER ROLE "site" NOSUPERUSER;\`
        -# Valid for 60 s, until 13:25:00 · what changes until then is left alone · list attached
      `),
    )
    assert.deepEqual(labels(shown), ['Terminate 31 backends'])
    assert.equal(shown.files[0]?.text.split('\n').length, 31 + 2 + 4)
  })

  test('of one backend speaks of one', () => {
    const selection = selectStale(stale.slice(0, 1), FILTER, STALE)
    const shown = renderPreview({ kind: 'preview', preview: 'P0001', ...common, selection, validUntil: T0 + MINUTE })
    assert.match(
      words(shown),
      /^### Terminate 1 backend on .*\n.*\nIn that state for 2 h 02 min\.\n1 holds locks: 4200 \(idle\)\.$/m,
    )
  })

  test('of nobody says who was left alone, and why nothing was done', () => {
    assert.equal(
      words(renderPreview({ kind: 'nobody', ...common, selection: selectStale(spared.slice(0, 1), FILTER, STALE) })),
      lines(`
        ### Nobody to terminate on \`production\`
        Looked for role \`site\`, idle for 15 min or more, or idle in transaction for 5 min or more.
        Left alone: 1 active.
        Nothing was done. Another role, state or age: \`/terminate stale\`.
      `),
    )
    assert.match(words(renderPreview({ kind: 'empty filter' })), /without either, nothing is selected/)
  })

  test('gives a remedy that can be pasted, whatever the superuser is called', () => {
    const selection = selectStale(
      [backend({ isSuperuser: true, role: 'a"b; DROP' })],
      { ...FILTER, role: 'a"b; DROP' },
      STALE,
    )
    const shown = words(renderPreview({ kind: 'nobody', ...common, selection }))
    assert.ok(shown.includes('`ALTER ROLE "a""b; DROP" NOSUPERUSER;`'))
  })
})

describe('an outcome', () => {
  test('counts what became of each of them, and who came back', () => {
    assert.equal(
      words(renderOutcome({ kind: 'outcome', act: actOf(), incident: INCIDENT, marker: 'Ref 7QK2M/act:P0001' })),
      lines(`
        ### <@267624335836053506> terminated 30 of 31 stale backends of role \`site\` on \`production\` in 0.6 s.
        30 gone · 0 still alive · 1 already gone before · 0 changed since the preview, left alone
        Right after: 65 of 97 usable connections.
        After 10 s: 67 of 97 usable connections; role \`site\` came back with 2 new backends.
        -# at 13:26
        -# Ref 7QK2M/act:P0001
      `),
    )
  })

  test('that is not certain says so, and names who is still there', () => {
    const outcome = { gone: 28, stillAlive: [4200, 4201], alreadyGone: 1, changed: 0, unknown: 'no answer in 2 s' }
    const shown = words(
      renderActAnswer({ kind: 'acted', act: actOf({ ...FINISHED, outcome }), followUp: Promise.resolve(actOf()) }),
    )
    assert.match(shown, /^Still alive: 4200, 4201\./m)
    assert.match(shown, /^Not certain: `no answer in 2 s`\. `\/connections show` tells how it is now\.$/m)
  })

  test('of a second press says who was first and that this press did nothing', () => {
    assert.match(
      words(renderActAnswer({ kind: 'already pressed', act: actOf(), by: RESPONDER, at: T0 })),
      /^<@267624335836053506> pressed this first \(\(ago\)\)\.\nThis press did nothing\.\n/,
    )
    assert.match(words(renderActAnswer({ kind: 'expired', previewedAt: T0 })), /Nothing was done\./)
  })
})

test('the evidence says what it holds; its absence is told and holds up nothing', () => {
  const taken = {
    type: 'evidence.taken',
    incident: '7QK2M',
    file: 'f',
    sha256: 'abc',
    backends: 96,
    readings: 180,
  } as const
  const file = { name: 'evidence-7QK2M.json', text: '{}' }
  const shown = renderEvidence({ kind: 'evidence', incident: incidentOf(OPENED, taken), file, marker: 'Ref 1' })
  assert.match(
    words(shown),
    /96 backends with their locks, and 180 readings of the last 15 minutes\. No query text\.$/m,
  )
  assert.deepEqual(shown.files, [file])
  const failed = { type: 'evidence.failed', incident: '7QK2M', detail: 'it took longer than 2 s' } as const
  assert.match(
    words(renderEvidence({ kind: 'evidence', incident: incidentOf(OPENED, failed), file: undefined, marker: 'Ref 1' })),
    /`it took longer than 2 s`\nThe act was not held up for it\./,
  )
})
