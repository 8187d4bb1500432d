import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import fc from 'fast-check'
import { CERTIFICATE, KEY, OTHER_KEY } from './certificateFixture.js'
import { configOf, DEVOPS, DISCORD, GUILD, load, problemsOfFile, TOKEN } from './fixture.js'

const SERVER = 'servers:\n  - name: a\n    host: db\n    user: lifeguard\n'

/** `line:column path: message` of every problem. */
function said(yaml: string, env: Record<string, string> = {}, files: Record<string, string> = {}): readonly string[] {
  return problemsOfFile(yaml, env, files).map(({ where, path = '', message }) => {
    return `${where.replace(/^lifeguard\.yaml:/, '')} ${path}: ${message}`
  })
}

test('the example file loads', () => {
  const config = configOf(
    {
      DISCORD_TOKEN: TOKEN,
      LIFEGUARD_CONFIG: 'example',
      PRODUCTION_PASSWORD: 'one',
      CANARY_OF_PRODUCTION: 'two',
      STAGING_PASSWORD_FILE: '/run/staging',
    },
    { example: readFileSync('docs/lifeguard.example.yaml', 'utf8'), '/run/staging': 'three\n' },
  )
  const [production, staging] = config.servers
  assert.deepEqual(
    config.servers.map(({ name, connection }) => [name, connection.port, connection.password?.reveal()]),
    [
      ['production', 5432, 'one'],
      ['staging', 5433, 'three'],
    ],
  )
  assert.deepEqual([production?.canary.kind, staging?.canary.kind], ['role', 'off'])
  assert.deepEqual(staging?.rules, production?.rules)
  assert.equal(config.discord.guildId, GUILD)
  assert.deepEqual(config.discord.roles.operate, [DEVOPS])
})

test("the example file's rules are the default rules", () => {
  const example = readFileSync('docs/lifeguard.example.yaml', 'utf8')
  const env = { DISCORD_TOKEN: TOKEN, PRODUCTION_PASSWORD: 'x', CANARY_OF_PRODUCTION: 'x', STAGING_PASSWORD: 'x' }
  const written = configOf({ ...env, LIFEGUARD_CONFIG: 'example' }, { example })
  const unwritten = configOf({ ...DISCORD, LIFEGUARD_CONFIG: 'least' }, { least: SERVER })
  assert.deepEqual(written.servers[0]?.rules, unwritten.servers[0]?.rules)
})

test("the environment's limits are the defaults of every server of the file", () => {
  const env = {
    ...DISCORD,
    LIFEGUARD_CONFIG: 'f',
    SCHEDULE: '*/10 * * * * *',
    CONFIRM: '4',
    PROTECTED_APPLICATIONS: 'x',
  }
  const rules = '    rules: [{ name: r, match: total, above: 10 }]\n    protected: [y*]\n'
  const [server] = configOf(env, { f: SERVER + rules }).servers
  assert.equal(server?.schedule, '*/10 * * * * *')
  assert.deepEqual(server.rules, [
    {
      name: 'r',
      match: 'total',
      above: { kind: 'count', count: 10 },
      clearBelow: { kind: 'count', count: 8 },
      severity: 'warning',
      confirm: 4,
      forMs: 0,
      holdDownMs: 30_000,
    },
  ])
  assert.deepEqual(server.stale.protectedApplications.slice(-2), ['x', 'y*'])
})

test('an id keeps all its digits without quotes', () => {
  const yaml = `${SERVER}discord: { guild: 267624335836053507, roles: { view: [409416496733880321] } }\n`
  const { DISCORD_GUILD_ID: _, ...env } = DISCORD
  const { discord } = configOf({ ...env, LIFEGUARD_CONFIG: 'f' }, { f: yaml })
  assert.deepEqual([discord.guildId, discord.roles.view], ['267624335836053507', ['409416496733880321']])
})

test('a client certificate may have its files named', () => {
  const files = { c: CERTIFICATE, k: KEY, other: OTHER_KEY }
  const yaml = `${SERVER}    sslmode: verify-ca\n    sslrootcert: c\n    sslcert: c\n    sslkey: k\n`
  const [server] = configOf({ ...DISCORD, LIFEGUARD_CONFIG: 'f' }, { ...files, f: yaml }).servers
  assert.deepEqual(
    { ...server?.connection.tls, key: server?.connection.tls.key?.reveal() },
    { mode: 'verify-ca', ca: CERTIFICATE, cert: CERTIFICATE, key: KEY },
  )
  assert.deepEqual(said(yaml.replace('sslkey: k', 'sslkey: other'), {}, files), [
    '8:13 servers[0].sslkey: is not the key of the certificate that sslcert names',
  ])
})

/** What stands after a sound server, and the one problem it makes: line:column, path, words. */
const BAD: readonly (readonly [string, string, RegExp])[] = [
  ['    port: many', '5:11 servers[0].port', /expected a whole number .* such as 5432, got "many"/],
  ['    port:', '5:10 servers[0].port', /but it is empty/],
  ['    sslmod: prefer', '5:5 servers[0].sslmod', /Did you mean sslmode\?/],
  ['    colour: red', '5:5 servers[0].colour', /Known here: name, host, port, user/],
  ['    password: hunter2', '5:15 servers[0].password', /may not stand in the file.*\$\{PRODUCTION_PASSWORD\}/],
  ['    password: "a ${SET} b"', '5:15 servers[0].password', /may not stand in the file/],
  ['    password: [hunter2]', '5:15 servers[0].password', /expected a reference.*got a list/],
  ['    password: ${UNSET}', '5:15 servers[0].password', /UNSET is not set in the environment/],
  ['    password: ${constructor}', '5:15 servers[0].password', /constructor is not set/],
  ['    password_file: /nowhere', '5:20 servers[0].password_file', /ENOENT/],
  ['    password: ${SET}\n    password_file: /pw', '6:20 servers[0].password_file', /keep one of them/],
  ['    database: ${SET}', '5:15 servers[0].database', /stands for secrets only/],
  ['    sslmode: verify-full', '5:14 servers[0].sslmode', /certificate authority/],
  ['    canary: maybe', '5:13 servers[0].canary', /expected own, off, or/],
  ['    canary: { password: "${SET}" }', '5:13 servers[0].canary.user', /but it is missing/],
  ['    canary: { user: c, password: hunter2 }', '5:34 servers[0].canary.password', /may not stand in the file/],
  ['    schedule: "* * * * *"', '5:15 servers[0].schedule', /six cron fields/],
  ['    schedule: "0 * * * * *"', '5:15 servers[0].schedule', /no data between/],
  ['    no_data_after: 2s', '5:20 servers[0].no_data_after', /every 5s/],
  ['    rules: []', '5:12 servers[0].rules', /leave it out/],
  ['    rules: total', '5:12 servers[0].rules', /a list of rules/],
  [
    '    rules:\n      - { name: r, match: total, above: ninety }',
    '6:41 servers[0].rules[0].above',
    /number or a share such as 80%, got "ninety"/,
  ],
  ['    rules:\n      - { name: r, match: total }', '6:9 servers[0].rules[0].above', /but it is missing/],
  [
    '    rules:\n      - { name: r, match: all, above: 1 }',
    '6:27 servers[0].rules[0].match',
    /total, or a list of matchers/,
  ],
  ['    rules:\n      - { name: r, match: [], above: 1 }', '6:27 servers[0].rules[0].match', /empty list/],
  [
    '    rules:\n      - { name: r, match: [{}], above: 1 }',
    '6:28 servers[0].rules[0].match[0]',
    /an empty matcher matches nothing/,
  ],
  [
    '    rules:\n      - { name: r, match: [{ roll: x }], above: 1 }',
    '6:30 servers[0].rules[0].match[0].roll',
    /Did you mean role\?/,
  ],
  [
    '    rules:\n      - { name: r, match: [{ role: "" }], above: 1 }',
    '6:36 servers[0].rules[0].match[0].role',
    /empty/,
  ],
  [
    '    rules:\n      - { name: r, match: [{ role: "*x" }], above: 1 }',
    '6:36 servers[0].rules[0].match[0].role',
    /star only at its end/,
  ],
  [
    '    rules:\n      - { name: r, match: total, above: 5, clear_below: 6 }',
    '6:57 servers[0].rules[0].clear_below',
    /at most what above says/,
  ],
  [
    '    rules:\n      - { name: r, match: total, above: 5, clear_below: 6% }',
    '6:57 servers[0].rules[0].clear_below',
    /same measure/,
  ],
  [
    '    rules:\n      - { name: r, match: total, above: 5, severity: bad }',
    '6:54 servers[0].rules[0].severity',
    /info, warning, page/,
  ],
  [
    '    rules:\n      - { name: r, match: total, above: 5 }\n      - { name: r, match: total, above: 6 }',
    '7:17 servers[0].rules[1].name',
    /another rule too/,
  ],
  ['    rules: [{ name: full, match: total, above: 5 }]', '5:21 servers[0].rules[0].name', /built-in rule/],
  ['    stale: { idle: 15 }', '5:20 servers[0].stale.idle', /with its unit/],
  ['    protected: pg_dump', '5:16 servers[0].protected', /a list of applications/],
  ['  - { name: a, host: b, user: c }', '5:13 servers[1].name', /another server too \(the first/],
  ['    services: site', '5:15 servers[0].services', /a list of services such as .*got "site"/],
  [
    '    services: [{ name: s, pods: 2, workers: 4 }]',
    '5:16 servers[0].services[0].threads',
    /whole number .*but it is missing/,
  ],
  [
    '    services: [{ name: s, pods: 0, workers: 4, threads: 8 }]',
    '5:33 servers[0].services[0].pods',
    /from 1 to 10000.*got "0"/,
  ],
  [
    '    services: [{ name: s, pods: 1, workers: 4, threads: 8, strategy: blue }]',
    '5:70 servers[0].services[0].strategy',
    /one of rolling, recreate, got "blue"/,
  ],
  [
    '    services:\n      - { name: s, pods: 1, workers: 4, threads: 8 }\n      - { name: s, pods: 2, workers: 4, threads: 8 }',
    '7:17 servers[0].services[1].name',
    /another service too/,
  ],
  ['cluster: in-cluster', '5:10 cluster', /a mapping of access or kubeconfig.*got "in-cluster"/],
  ['cluster: { access: yes }', '5:20 cluster.access', /one of off, in-cluster, kubeconfig, got "yes"/],
  ['cluster: { acess: off }', '5:12 cluster.acess', /Did you mean access\?/],
  ['cluster: { access: kubeconfig }', '5:20 cluster.access', /needs the path of one/],
  ['cluster: { kubeconfig: /nowhere }', '5:24 cluster.kubeconfig', /ENOENT/],
  ['cluster: { kubeconfig: /pw }', '5:24 cluster.kubeconfig', /not a kubeconfig/],
  ['cluster: { access: in-cluster, kubeconfig: /pw }', '5:20 cluster.access', /is in-cluster, and .*keep one of them/],
  [
    'cluster: { access: in-cluster, context: a }',
    '5:41 cluster.context',
    /without KUBERNETES_KUBECONFIG \(kubeconfig\)/,
  ],
  ['cluster: { pod_ranges: [10.2.0.0/16] }', '5:24 cluster.pod_ranges', /no cluster is/],
  [
    'cluster: { access: in-cluster, pod_ranges: [10.2.0.1/16] }',
    '5:45 cluster.pod_ranges[0]',
    /no bits set beyond it.*got "10\.2\.0\.1\/16"/,
  ],
  ['cluster: { access: in-cluster, pod_ranges: 10.2.0.0/16 }', '5:44 cluster.pod_ranges', /a list of ranges such as/],
  [
    'cluster: { access: in-cluster, poolers: [{ name: p }] }',
    '5:42 cluster.poolers[0].range',
    /a range of addresses such as 10\.2\.0\.0\/16.*but it is missing/,
  ],
  [
    'cluster:\n  access: in-cluster\n  poolers:\n    - { name: p, range: 10.0.3.9 }\n    - { name: p, range: 10.0.3.8 }',
    '9:15 cluster.poolers[1].name',
    /another pooler too \(the first/,
  ],
  [
    'cluster: { access: in-cluster, known_hosts: [{ name: a=b, range: 10.0.3.9 }] }',
    '5:54 cluster.known_hosts[0].name',
    /without = and comma/,
  ],
  ['discord: { token: hunter2 }', '5:12 discord.token', /Known here: guild, channel, api, roles/],
  ['discord: { roles: { page: devops } }', '5:27 discord.roles.page', /role id.*got "devops".*Copy Role ID/],
  ['discord: { guild: 267624335836053506 }', '5:19 discord.guild', /as DISCORD_GUILD_ID in the environment/],
  [`discord: { roles: { page: ${GUILD} } }`, '5:27 discord.roles.page', /@everyone/],
]

test('one bad field is one problem with line, column, path and what is expected', () => {
  for (const [yaml, where, words] of BAD) {
    const [problem = '', ...more] = said(`${SERVER}${yaml}\n`, { SET: 'hunter2' }, { '/pw': 'hunter2' })
    assert.deepEqual([problem.slice(0, where.length + 1), more], [`${where}:`, []], yaml)
    assert.match(problem, words)
    assert.doesNotMatch(problem, /hunter2/)
  }
})

test('any several bad fields are told together, each as if it were alone', () => {
  const single = BAD.filter(
    ([yaml, , words]) => /^ {4}\w+: \S/.test(yaml) && !yaml.includes('\n') && !words.test('@everyone'),
  )
  const keyOf = (yaml: string): string => /\w+/.exec(yaml)?.[0].replace('_file', '') ?? ''
  // Fields that speak about each other are tested alone, above.
  const alone = single.filter(([yaml]) => !['schedule', 'no_data_after'].includes(keyOf(yaml)))
  const some = fc.uniqueArray(fc.constantFrom(...alone), { minLength: 2, selector: ([yaml]) => keyOf(yaml) })
  fc.assert(
    fc.property(some, (chosen) => {
      const problems = said(`${SERVER}${chosen.map(([yaml]) => yaml).join('\n')}\n`, { SET: 'hunter2' })
      assert.equal(problems.length, chosen.length, problems.join('\n'))
      for (const [index, [, where, words]] of chosen.entries()) {
        const problem = problems.find((line) => line.startsWith(where.replace(/^5/, String(5 + index))))
        assert.match(problem ?? '', words)
      }
      assert.doesNotMatch(problems.join(), /hunter2/)
    }),
    { numRuns: 100 },
  )
})

test('what is no YAML is told with line and column, and never quoted', () => {
  const broken: readonly (readonly [string, RegExp])[] = [
    ['    password: "hunter2', /^\d+:\d+ : a closing quote/],
    ['    password: *hunter2', /^5:15 : a \* refers to an anchor/],
    ['    password: !hunter2 x', /^5:15 : tags/],
    ['    password: |hunter2\n      x', /^5:16 : something stands here/],
    ['    password: @hunter2', /^5:15 : a value that begins with @/],
    ['    password: "\\hunter2"', /^5:16 : unknown escape/],
    ['    password: a: hunter2', /^5:15 : two colons/],
    ['    password:hunter2', /^\d+:\d+ : /],
    ['    user: hunter2', /^5:5 : the same key/],
    ['\tport: 5', /^5:1 : a tab/],
    ['---\nservers: []', /^\d+:\d+ : a second document/],
    ['    canary: { user: x, password: ${hunter2} }', /^5:\d+ : something stands here/],
  ]
  for (const [yaml, words] of broken) {
    const problems = said(`${SERVER}${yaml}\n`)
    assert.match(problems[0] ?? '', words, yaml)
    assert.doesNotMatch(problems.join(), /hunter2/, yaml)
  }
  assert.doesNotMatch(said(`${SERVER}    canary: { user: x, password:hunter2 }\n`).join(), /hunter2/)
})

test('an empty file and one of another shape say what is expected', () => {
  assert.deepEqual(said(''), ['1:1 : expected a mapping with servers, but it is empty'])
  assert.deepEqual(said('- a'), ['1:1 : expected a mapping with servers, got a list'])
  assert.deepEqual(said('discord: {}'), ['1:1 servers: expected a list of servers, but it is missing'])
})

test('anchors that grow without end or go round are refused, not followed', () => {
  const bomb = [
    'a: &a [x, x, x, x, x, x, x, x, x]',
    ...'bcdefgh'.split('').map((name, i) => `${name}: &${name} [${`*${'abcdefgh'[i]}, `.repeat(9)}]`),
  ]
  assert.match(said(bomb.join('\n')).join(), /anchors too often/)
  assert.match(said('servers: &s\n  - *s\n').join(), /servers\[0\]/)
})

test('the environment may not describe a server beside the file, unless the file refers to the variable', () => {
  assert.deepEqual(
    problemsOfFile(SERVER, { PGHOST: 'db', CANARY: 'off' }).map(({ where }) => where),
    ['PGHOST', 'CANARY'],
  )
  assert.match(problemsOfFile(SERVER, { PGHOST: 'db' })[0]?.message ?? '', /LIFEGUARD_CONFIG.*ambiguous/)
  const yaml = `${SERVER}    password: \${PGPASSWORD}\n`
  assert.deepEqual(problemsOfFile(yaml, { PGPASSWORD: 'x' }), [])
})

test('a setting that a broken file holds is not called missing as well', () => {
  const { DISCORD_GUILD_ID: _, ...env } = DISCORD
  const broken = `${SERVER}    port: many\ndiscord: { guild: ${GUILD} }\n`
  const loaded = load({ ...env, LIFEGUARD_CONFIG: 'f' }, { f: broken })
  assert.equal(loaded.kind === 'problems' ? loaded.problems.length : 0, 1)
  const unreadable = load({ ...env, LIFEGUARD_CONFIG: 'f' }, { f: `${SERVER}\tport: 5\n` })
  assert.equal(unreadable.kind === 'problems' ? unreadable.problems.length : 0, 1)
  assert.equal(load({ ...env, LIFEGUARD_CONFIG: 'f' }, { f: SERVER }).kind, 'problems')
})
