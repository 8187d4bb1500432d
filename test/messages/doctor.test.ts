import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { diagnose } from '../../src/core/doctor/diagnose.js'
import type { Budget } from '../../src/core/doctor/budget.js'
import type { ServerFacts } from '../../src/core/doctor/facts.js'
import { COLOUR } from '../../src/messages/body.js'
import { renderDoctor } from '../../src/messages/doctor.js'
import { held, IN_2020, role, SOUND } from '../core/doctor/facts.js'
import { lines, words } from './fixture.js'

const SITE: Budget = { name: 'site', pods: 1, workers: 4, threads: 8, aliases: 2, isRolling: true }

function examined(facts: ServerFacts, budgets: readonly Budget[] = []) {
  return { facts, diagnosis: diagnose({ facts, budgets, usable: facts.maxConnections - 3 - (facts.reserved ?? 0) }) }
}

function render(facts: ServerFacts, budgets: readonly Budget[] = []) {
  return renderDoctor({ kind: 'examined', server: 'production', ...examined(facts, budgets) })
}

function colourOf({ body }: ReturnType<typeof render>): unknown {
  const [container] = body.components
  return container !== undefined && 'accent_color' in container ? container.accent_color : undefined
}

test('the server of 2020 is told worst first, each with the lines that mend it', () => {
  const rendered = render(IN_2020, [SITE])
  assert.equal(
    words(rendered),
    lines(`
      ### \`production\`: 7 findings (2 serious, 3 risk, 2 advice)
      -# looked at 13:24:00 · PostgreSQL 13.23 · nothing was changed
      **SERIOUS** Over budget: a rollout of service \`site\` needs 140, of 97 usable 🔴
      \`site\`: 1 pod × 4 workers × 8 threads × 2 database aliases = 64, 128 in a rolling update; others 12.
      At most 5 threads instead of 8, the strategy Recreate, or a pooler makes it fit.
      **SERIOUS** Superuser application: role \`site\` holds 31 backends 🔴
      It is let into the slots kept for administrators, no limit binds it, and Lifeguard can't end its backends. Applications: \`(none)\`.
      First make it the owner of its database and of the tables that others made. Extensions and server files then need an administrator.
      \`\`\`
      ALTER ROLE "site" NOSUPERUSER;
      \`\`\`
      **RISK** No CONNECTION LIMIT on role \`metricity\` (12) 🟡
      It alone can take all 97 usable slots. Proposed from what is held now and what budgets allow: check it against a busy day.
      \`\`\`
      ALTER ROLE "metricity" CONNECTION LIMIT 24;
      \`\`\`
      **RISK** A client that vanished keeps its slot for 2 h 11 min: keep-alives begin after 2 h 00 min 🟡
      A node or pod that dies without a word leaves its connections behind for that long.
      \`\`\`
      ALTER SYSTEM SET tcp_keepalives_idle = 60;
      ALTER SYSTEM SET tcp_keepalives_interval = 10;
      ALTER SYSTEM SET tcp_keepalives_count = 6;
      SELECT pg_reload_conf();
      \`\`\`
      **RISK** No idle_in_transaction_session_timeout for 2 roles: \`site\` (31), \`metricity\` (12) 🟡
      A forgotten transaction holds its locks and its slot, and stops vacuum.
      \`\`\`
      ALTER ROLE "site" SET idle_in_transaction_session_timeout = '60s';
      ALTER ROLE "metricity" SET idle_in_transaction_session_timeout = '60s';
      \`\`\`
      -# for new sessions: those that are open keep what they have
      **ADVICE** PostgreSQL 13 can reserve slots for superusers only 🔵
      Lifeguard keeps its two sessions, and cannot come back while the server is full. What helps: CONNECTION LIMITs on all applications that leave room, no superuser application, and 16 or later.
      **ADVICE** No application_name on 31 backends: \`site\` (31) 🔵
      Nobody can tell these apart. Better than the line: the pod's own name in the DSN (\`application_name=…\`) or, with libpq, in the variable PGAPPNAME from \`metadata.name\`; then it is certain which pod a backend belongs to.
      \`\`\`
      ALTER ROLE "site" SET application_name = 'site';
      \`\`\`
      -# for new sessions: those that are open keep what they have
      ✅ Fine: own rights, superusers' reserve
      ❔ Not seen: limits for idle sessions (PostgreSQL 13 has no idle_session_timeout); connection checks (PostgreSQL 13 has no client_connection_check_interval)
      -# every line as a file: doctor.sql; read before you run it
    `),
  )
  assert.equal(colourOf(rendered), COLOUR.page)
})

test('a server that is well is told so in one line, with nothing to run', () => {
  const rendered = render(SOUND)
  assert.match(words(rendered), /^### `production`: nothing to mend\n[^]*\n✅ Fine: budget, superuser applications, /)
  assert.deepEqual(rendered.files, [])
  assert.equal(colourOf(rendered), COLOUR.resolved)
})

describe('a server that cannot be read', () => {
  const unreadable = { kind: 'unreadable', server: 'production', detail: 'no answer within 2 s' } as const

  test('is told with what was found before, and how old that is, in grey', () => {
    const rendered = renderDoctor({ ...unreadable, last: examined({ ...SOUND, reserved: 0 }) })
    assert.match(
      words(rendered),
      /^### `production` could not be examined: no answer within 2 s\n\*\*Old findings\*\*, from 13:24:00 \(\(ago\)\): 1 finding \(1 risk\)/,
    )
    assert.doesNotMatch(words(rendered), /✅/)
    assert.equal(colourOf(rendered), COLOUR.grey)
  })

  test('is told without any, when nothing was found since the start', () => {
    assert.match(words(renderDoctor(unreadable)), /Nothing is known from before, since Lifeguard started\./)
  })
})

test('what there is no room for is counted, and stands in the file', () => {
  const names = Array.from({ length: 30 }, (_, index) => `app${index}`)
  const facts = {
    ...SOUND,
    roles: names.map((name) => role(name, { isSuperuser: true })),
    backends: names.map((name) => held(name, 1, 'web')),
  }
  const rendered = render(facts)
  const shown = words(rendered).match(/Superuser application/g)?.length ?? 0
  assert.ok(shown > 3 && shown < 30)
  assert.match(
    words(rendered),
    new RegExp(`\\*\\*${30 - shown} more\\*\\* findings, less bad than these, in \`doctor.sql\``),
  )
  assert.equal(rendered.files[0]?.text.match(/NOSUPERUSER;$/gm)?.length, 30)
})

test('a name that Discord would not show as it is stands in the file byte by byte, and breaks out of nothing', () => {
  const name = 'x\nDROP TABLE users; --@everyone```'
  const rendered = render({
    ...SOUND,
    roles: [role(name, { isSuperuser: true }), role('ada', { isSuperuser: true })],
    backends: [held(name, 1, name)],
  })
  assert.match(words(rendered), /-# a name in it cannot be shown here: take the line from `doctor\.sql`/)
  const [file] = rendered.files
  assert.ok(file?.text.includes(`ALTER ROLE "${name}" NOSUPERUSER;`))
  const outside = file?.text.replace(`"${name}"`, '""') ?? ''
  for (const line of outside.split('\n')) assert.match(line, /^(--|ALTER|$)/, line)
})

test('a setting on the command line is told as such, with its value', () => {
  const facts = { ...SOUND, superuserReserved: 1, onCommandLine: ['superuser_reserved_connections'] }
  assert.match(
    words(render(facts)),
    /command line \(in a container: its arguments\)[^\n]*`-c superuser_reserved_connections=3`/,
  )
})
