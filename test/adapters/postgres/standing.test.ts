import assert from 'node:assert/strict'
import { test } from 'node:test'

import { degradedBy } from '../../../src/adapters/postgres/standing.js'
import type { Standing } from '../../../src/adapters/postgres/standing.js'

const SOUND: Standing = {
  versionNum: 180004,
  role: 'lifeguard',
  isSuperuser: false,
  connectionLimit: 5,
  seesAll: true,
  maySignal: true,
  mayUseReserved: true,
  reserved: 2,
  tracksActivities: true,
  canaryIsPrivileged: null,
}

test('a role set up as advised is not degraded', () => {
  assert.deepEqual(degradedBy(SOUND), [])
  assert.deepEqual(degradedBy({ ...SOUND, connectionLimit: -1 }), [])
})

const CASES: readonly [what: string, standing: Partial<Standing>, says: RegExp][] = [
  ['no view of others', { seesAll: false }, /GRANT pg_monitor TO "lifeguard";/],
  ['no right to signal', { maySignal: false }, /GRANT pg_signal_backend TO "lifeguard";/],
  ['no right to the reserve', { mayUseReserved: false }, /GRANT pg_use_reserved_connections TO "lifeguard";$/],
  ['no reserve', { reserved: 0 }, /: ALTER SYSTEM SET reserved_connections = 2;/],
  ['neither right nor reserve', { reserved: 0, mayUseReserved: false }, /GRANT pg_use.*; ALTER SYSTEM SET/],
  ['a reserve of one', { reserved: 1 }, /too few for both/],
  [
    'an old server',
    { versionNum: 150018, mayUseReserved: null, reserved: 0 },
    /^PostgreSQL 15 reserves slots for superusers only/,
  ],
  ['a superuser', { isSuperuser: true }, /ALTER ROLE "lifeguard" NOSUPERUSER/],
  ['a narrow role', { connectionLimit: 3 }, /ALTER ROLE "lifeguard" CONNECTION LIMIT 4;/],
  ['activities untracked', { tracksActivities: false }, /track_activities = on/],
]

for (const [what, standing, says] of CASES) {
  test(`${what} is said in one sentence with its remedy`, () => {
    const sentences = degradedBy({ ...SOUND, ...standing })
    assert.equal(sentences.length, 1)
    assert.match(sentences[0] ?? '', says)
  })
}
