import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { VARIABLE_NAMES } from '../../src/config/variables.js'
import { CERTIFICATE, KEY, KEY_WITH_PASSPHRASE, OTHER_KEY } from './certificateFixture.js'
import { APPLICATION_ID, configOf, DEVOPS, DISCORD, GUILD, LEAST, load, problemsOf, TOKEN } from './fixture.js'

test('the least settings give the limits of the post-mortem', () => {
  const { discord, servers, ...bot } = configOf(LEAST)
  assert.deepEqual(bot, { dataDir: './data', logLevel: 'info', timings: { cameBackAfterMs: 10_000 } })
  assert.equal(discord.token.reveal(), TOKEN)
  assert.equal(discord.apiBase, 'https://discord.com/api')
  assert.deepEqual(discord.roles, { view: [DEVOPS], operate: [DEVOPS], recover: [] })
  assert.equal('pageRoleId' in discord, false)
  const [server] = servers
  assert.ok(server)
  assert.deepEqual(server.connection, {
    host: 'db.example.org',
    port: 5432,
    user: 'lifeguard',
    database: 'postgres',
    tls: { mode: 'prefer' },
  })
  const common = { confirm: 2, forMs: 0, holdDownMs: 30_000 }
  assert.deepEqual(
    { ...server, connection: undefined },
    {
      name: 'db.example.org',
      connection: undefined,
      canary: { kind: 'own' },
      schedule: '*/5 * * * * *',
      rules: [
        {
          name: 'total',
          match: 'total',
          above: { kind: 'share of max', ratio: 0.9 },
          clearBelow: { kind: 'share of max', ratio: 0.8 },
          severity: 'page',
          ...common,
        },
        {
          name: 'site',
          match: [{ role: 'site' }, { database: 'site' }, { applicationName: 'site*' }],
          above: { kind: 'count', count: 32 },
          clearBelow: { kind: 'count', count: 28 },
          severity: 'warning',
          ...common,
        },
      ],
      stale: {
        idleMs: 900_000,
        idleInTransactionMs: 300_000,
        protectedApplications: ['pg_dump*', 'pg_basebackup*', 'pg_restore*', 'pgbackrest*', 'barman*', 'wal-g*'],
      },
      noDataAfterMs: 30_000,
    },
  )
})

test('nothing set is told apart from something wrong', () => {
  assert.deepEqual(load({}), { kind: 'nothing set' })
  assert.deepEqual(load({ HOME: '/root', DISCORD_TOKEN: ' ', DATA_DIR: '/data', SITE_PORT: 'tcp://10.0.0.1:80' }), {
    kind: 'nothing set',
  })
  assert.equal(load({ PGHOST: 'db' }).kind, 'problems')
})

test('every required setting that is missing is listed at once, and the token alone is enough for an invite', () => {
  const loaded = load({ DISCORD_TOKEN: TOKEN })
  assert.equal(loaded.kind, 'problems')
  assert.deepEqual(
    loaded.kind === 'problems' ? [loaded.problems.map(({ where }) => where), loaded.inviteApplicationId] : [],
    [['DISCORD_GUILD_ID', 'DISCORD_CHANNEL_ID', 'ROLE_OPERATE', 'PGHOST', 'PGUSER'], APPLICATION_ID],
  )
  assert.equal('inviteApplicationId' in load({ DISCORD_TOKEN: 'abc' }), false)
})

test('every setting that is understood arrives', () => {
  const config = configOf(
    {
      ...DISCORD,
      DISCORD_API: 'http://127.0.0.1:8080/api',
      DISCORD_TOKEN: 'a-stand-in-has-tokens-of-its-own',
      ROLE_OPERATE: `${DEVOPS}, 409416496733880321 ,${DEVOPS}`,
      ROLE_VIEW: '409416496733880322',
      ROLE_RECOVER: '409416496733880323',
      ROLE_PAGE: DEVOPS,
      SERVER_NAME: 'production',
      PGHOST: '::1',
      PGPORT: '5433',
      PGUSER: 'lifeguard',
      PGPASSWORD: ' kept as it is ',
      PGDATABASE: 'site',
      PGSSLMODE: 'verify-full',
      PGSSLROOTCERT: '/tls/ca.pem',
      PGSSLCERT: '/tls/cert.pem',
      PGSSLKEY: '/tls/key.pem',
      CANARY_USER: 'canary',
      CANARY_PASSWORD: 'plain',
      CANARY_DATABASE: 'canary',
      SCHEDULE: '0,30  * * * * *',
      TOTAL_ABOVE: '80%',
      SITE_ABOVE: '64',
      CONFIRM: '3',
      HOLD_DOWN: '0s',
      STALE_IDLE: '1.5h',
      STALE_IDLE_IN_TRANSACTION: '90 s',
      PROTECTED_APPLICATIONS: 'nightly*, pg_dump*',
      NO_DATA_AFTER: '2m',
      CAME_BACK_AFTER: '5s',
      DATA_DIR: '/var/lib/lifeguard',
      LOG_LEVEL: 'debug',
    },
    { '/tls/ca.pem': CERTIFICATE + CERTIFICATE, '/tls/cert.pem': CERTIFICATE, '/tls/key.pem': KEY },
  )
  const [server] = config.servers
  assert.ok(server)
  assert.deepEqual(config.discord.roles, {
    view: ['409416496733880322'],
    operate: [DEVOPS, '409416496733880321'],
    recover: ['409416496733880323'],
  })
  assert.equal(config.discord.pageRoleId, DEVOPS)
  assert.equal(server.connection.password?.reveal(), ' kept as it is ')
  assert.equal(server.connection.tls.ca, CERTIFICATE + CERTIFICATE)
  assert.equal(server.connection.tls.key?.reveal(), KEY)
  assert.equal(server.canary.kind === 'role' ? server.canary.password?.reveal() : '', 'plain')
  assert.equal(server.schedule, '0,30 * * * * *')
  assert.deepEqual(
    server.rules.map(({ above, clearBelow, confirm, holdDownMs }) => ({ above, clearBelow, confirm, holdDownMs })),
    [
      {
        above: { kind: 'share of usable', ratio: 0.8 },
        clearBelow: { kind: 'share of usable', ratio: 0.7 },
        confirm: 3,
        holdDownMs: 0,
      },
      { above: { kind: 'count', count: 64 }, clearBelow: { kind: 'count', count: 56 }, confirm: 3, holdDownMs: 0 },
    ],
  )
  assert.deepEqual(server.stale, {
    idleMs: 5_400_000,
    idleInTransactionMs: 90_000,
    protectedApplications: [
      'pg_dump*',
      'pg_basebackup*',
      'pg_restore*',
      'pgbackrest*',
      'barman*',
      'wal-g*',
      'nightly*',
    ],
  })
  assert.deepEqual([server.noDataAfterMs, config.timings.cameBackAfterMs], [120_000, 5000])
  assert.deepEqual([config.dataDir, config.logLevel], ['/var/lib/lifeguard', 'debug'])
})

/** One bad value each: the variable, its value, and what the problem says. */
const BAD: readonly (readonly [string, string, RegExp])[] = [
  ['DISCORD_TOKEN', '0123456789abcdef0123456789abcdef', /not shown.*bot token.*Developer Portal/],
  ['DISCORD_TOKEN', `Bot ${TOKEN}`, /not shown.*without "Bot "/],
  ['DISCORD_GUILD_ID', '1234567890123456', /"1234567890123456" is not a server id \(17 to 20 digits\).*Copy Server ID/],
  ['DISCORD_CHANNEL_ID', '99999999999999999999', /channel id/],
  ['DISCORD_CHANNEL_ID', '#alerts', /"#alerts" is not a channel id/],
  ['DISCORD_API', 'http://discord.example.org/api', /https address/],
  ['DISCORD_API', 'http://127.0.0.1.example.org/api', /https address/],
  ['DISCORD_API', 'https://discord.com/api/', /without a slash/],
  ['DISCORD_API', 'https://discord.com/api/v10', /without version/],
  ['DISCORD_API', 'https://me:pw@discord.com/api', /not shown/],
  ['ROLE_OPERATE', 'devops', /"devops" is not a role id.*Copy Role ID/],
  ['ROLE_OPERATE', `${DEVOPS} 409416496733880321`, /commas between/],
  ['ROLE_OPERATE', GUILD, /@everyone/],
  ['ROLE_RECOVER', `${DEVOPS},${GUILD}`, /@everyone/],
  ['ROLE_PAGE', GUILD, /@everyone/],
  ['ROLE_PAGE', `${DEVOPS},${DEVOPS}`, /role id/],
  ['SERVER_NAME', 'two\nlines', /letters, digits/],
  ['PGHOST', 'postgres://lifeguard:hunter2@db/site', /not shown.*host/],
  ['PGPORT', '0', /whole number from 1 to 65535/],
  ['PGPORT', '5432a', /whole number/],
  ['PGSSLMODE', 'on', /disable, allow, prefer/],
  ['PGSSLMODE', 'verify-full', /certificate authority/],
  ['PGSSLROOTCERT', 'system', /verify-full only/],
  ['PGSSLROOTCERT', '/nowhere', /ENOENT/],
  ['PGSSLROOTCERT', '/junk', /not one or more PEM certificates/],
  ['CANARY', 'yes', /own, off/],
  ['CANARY_PASSWORD', 'plain', /without CANARY_USER/],
  ['SCHEDULE', '*/5 * * * *', /six cron fields/],
  ['SCHEDULE', '60 * * * * *', /six cron fields/],
  ['SCHEDULE', '0 * * * * *', /no data between/],
  ['NO_DATA_AFTER', '5s', /every 5s/],
  ['TOTAL_ABOVE', 'ninety', /"ninety" is not a number or a share such as 80%/],
  ['TOTAL_ABOVE', '101%', /share/],
  ['TOTAL_ABOVE', '-1', /share/],
  ['SITE_ABOVE', '1e3', /share/],
  ['CONFIRM', '0', /whole number/],
  ['HOLD_DOWN', '30', /with its unit/],
  ['STALE_IDLE', '0s', /from 1s/],
  ['STALE_IDLE', '9999999d', /duration/],
  ['STALE_IDLE_IN_TRANSACTION', '5 minutes', /duration/],
  ['PROTECTED_APPLICATIONS', 'a*b', /star only at an end/],
  ['PROTECTED_APPLICATIONS', ',', /commas/],
  ['CAME_BACK_AFTER', '1h', /duration/],
  ['KUBERNETES', 'yes', /"yes" is not one of off, in-cluster, kubeconfig/],
  ['KUBERNETES', 'kubeconfig', /needs the path of one: set KUBERNETES_KUBECONFIG/],
  ['KUBERNETES_KUBECONFIG', '/nowhere', /ENOENT/],
  ['KUBERNETES_KUBECONFIG', '/junk', /not a kubeconfig/],
  ['KUBERNETES_CONTEXT', 'production', /without KUBERNETES_KUBECONFIG/],
  ['POD_RANGES', '10.2.0.0/16', /no cluster is: set KUBERNETES=in-cluster/],
  ['POOLERS', 'pgbouncer=10.0.3.9', /no cluster is/],
  ['KNOWN_HOSTS', 'office=192.0.2.0/24', /no cluster is/],
  ['LOG_LEVEL', 'loud', /trace, debug/],
  ['LIFEGUARD_CONFIG', '/nowhere', /ENOENT/],
]

test('one bad value is one problem that names its variable, what is expected and an example', () => {
  for (const [name, value, said] of BAD) {
    const env = name === 'LIFEGUARD_CONFIG' ? DISCORD : LEAST
    const problems = problemsOf({ ...env, [name]: value }, { '/junk': 'junk' })
    assert.deepEqual(
      problems.map(({ where }) => where),
      [name],
      `${name}=${value}: ${JSON.stringify(problems)}`,
    )
    assert.match(problems[0]?.message ?? '', said)
    assert.doesNotMatch(problems[0]?.message ?? '', /\n|hunter2/)
  }
})

test('a client certificate needs its key, unlocked and of the same pair', () => {
  const files = { '/cert': CERTIFICATE, '/key': KEY, '/locked': KEY_WITH_PASSPHRASE, '/other': OTHER_KEY }
  const said = (more: Record<string, string>) =>
    problemsOf({ ...LEAST, ...more }, files).map(({ where, message }) => `${where} ${message}`)
  assert.deepEqual(said({ PGSSLCERT: '/cert', PGSSLKEY: '/key' }), [])
  assert.match(said({ PGSSLCERT: '/cert' }).join(), /^PGSSLCERT has no key/)
  assert.match(said({ PGSSLKEY: '/key' }).join(), /^PGSSLKEY has no certificate/)
  assert.match(said({ PGSSLCERT: '/cert', PGSSLKEY: '/locked' }).join(), /^PGSSLKEY .*without passphrase/)
  assert.match(said({ PGSSLCERT: '/cert', PGSSLKEY: '/other' }).join(), /^PGSSLKEY is not the key/)
})

test('verify-full trusts the well-known authorities when told so', () => {
  const config = configOf({ ...LEAST, PGSSLMODE: 'verify-full', PGSSLROOTCERT: 'system' })
  assert.deepEqual(config.servers[0]?.connection.tls, { mode: 'verify-full' })
})

test('a mounted secret is read from its file without the last newline', () => {
  const { DISCORD_TOKEN: _, ...rest } = LEAST
  const config = configOf(
    { ...rest, DISCORD_TOKEN_FILE: '/run/token', PGPASSWORD_FILE: '/run/password', PGPASSWORD: '' },
    { '/run/token': `${TOKEN}\n`, '/run/password': 'ends with a newline\n\r\n' },
  )
  assert.equal(config.discord.token.reveal(), TOKEN)
  assert.equal(config.servers[0]?.connection.password?.reveal(), 'ends with a newline\n')
})

test('a mounted secret that is missing, empty or set twice is a problem of its own', () => {
  const { DISCORD_TOKEN: _, ...rest } = LEAST
  const said = (env: Record<string, string>) =>
    problemsOf({ ...rest, ...env }, { '/empty': '\n' }).map(({ where, message }) => `${where} ${message}`)
  assert.deepEqual(said({ DISCORD_TOKEN_FILE: '/nowhere' }).length, 1)
  assert.match(said({ DISCORD_TOKEN_FILE: '/nowhere' }).join(), /^DISCORD_TOKEN_FILE .*ENOENT/)
  assert.match(said({ DISCORD_TOKEN_FILE: '/empty' }).join(), /^DISCORD_TOKEN_FILE names an empty file/)
  assert.deepEqual(said({ DISCORD_TOKEN: TOKEN, DISCORD_TOKEN_FILE: '/empty' }), [
    'DISCORD_TOKEN is set, and so is DISCORD_TOKEN_FILE: keep one of them',
  ])
})

test('a misspelt variable is refused with the nearest name, and the variables of others are left alone', () => {
  const misspelt = {
    ROLE_OPERATR: 'ROLE_OPERATE',
    ROLE_OPERATORS: 'ROLE_OPERATE',
    DISCORD_GUILD: 'DISCORD_GUILD_ID',
    PGPASWORD_FILE: 'PGPASSWORD_FILE',
    STALE_IDLE_IN_TRANSACTIONS: 'STALE_IDLE_IN_TRANSACTION',
    LIFEGUARD_CONFG: 'LIFEGUARD_CONFIG',
    KUBERNETES_CONTEXTS: 'KUBERNETES_CONTEXT',
    KUBERNETES_KUBECONFG: 'KUBERNETES_KUBECONFIG',
    POD_RANGE: 'POD_RANGES',
    KNOWN_HOST: 'KNOWN_HOSTS',
    DATA_DIRS: 'DATA_DIR',
  }
  for (const [name, meant] of Object.entries(misspelt)) {
    assert.deepEqual(problemsOf({ ...LEAST, [name]: 'x' }), [
      { where: name, message: `is not a setting. Did you mean ${meant}?` },
    ])
  }
  const others = ['PGPASSFILE', 'PGSSLCRL', 'PGHOSTADDR', 'PGDATA', 'PGAPPNAME', 'SITE_PORT', 'SITE_SERVICE_HOST']
  const more = ['LIFEGUARD_PORT', 'LIFEGUARD_SERVICE_HOST', 'LOG_FILE', 'SERVER_PORT', 'ROLE', 'PGTZ', 'DISCORD_COLOUR']
  for (const name of [...others, ...more]) assert.deepEqual(problemsOf({ ...LEAST, [name]: 'x' }), [], name)
})

test('a canary of its own and CANARY contradict each other', () => {
  const [problem, ...more] = problemsOf({ ...LEAST, CANARY: 'off', CANARY_USER: 'canary' })
  assert.deepEqual([problem?.where, more], ['CANARY', []])
})

test('any single bad value yields a problem that names it, and no secret is ever in a problem', () => {
  const password = 'correct horse battery staple'
  const bad = fc.constantFrom(...BAD).map(([name, value]) => ({ name, value }))
  const leaking = fc.constantFrom(...VARIABLE_NAMES).map((name) => ({ name, value: `\u0000${password}\u0000` }))
  fc.assert(
    fc.property(fc.oneof(bad, leaking), ({ name, value }) => {
      const env = { ...LEAST, PGPASSWORD: password, [name]: value }
      const problems = problemsOf(env, { '/junk': `junk ${password}` })
      const isFree = name === 'PGPASSWORD' // a password may be anything
      assert.equal(isFree || problems.some(({ where }) => where === name), true, name)
      const said = JSON.stringify(problems)
      assert.equal(said.includes(password) || said.includes(TOKEN), false)
    }),
    { numRuns: 300 },
  )
})
