import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { pinoLog } from '../../../src/adapters/log/pino.js'
import { DependencyError } from '../../../src/core/errors.js'
import type { Secret } from '../../../src/ports/config.js'
import type { Log } from '../../../src/ports/log.js'

const CANARY = 'canary/Tr@p+81'
const KNOWN: Secret = { reveal: () => 'known"Canary 42' }

function recording(level: 'debug' | 'info' | 'warn' = 'debug'): { readonly log: Log; readonly lines: string[] } {
  const lines: string[] = []
  const destination = { write: (text: string) => void lines.push(text) }
  return { log: pinoLog({ level, secrets: [KNOWN], destination }), lines }
}

function line(lines: readonly string[], index = 0): Record<string, unknown> {
  return JSON.parse(lines[index] ?? 'null') as Record<string, unknown>
}

test('a line holds the time, the level as a word, the fields and the sentence', () => {
  const { log, lines } = recording()
  log.info({ incident: 'AB12C', pid: 42, ages: [1, { ms: 2 }], at: new Date(0), none: null }, 'backend terminated')
  const { time, ...rest } = line(lines)
  assert.match(String(time), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
  assert.deepEqual(rest, {
    level: 'info',
    incident: 'AB12C',
    pid: 42,
    ages: [1, { ms: 2 }],
    at: '1970-01-01T00:00:00.000Z',
    none: null,
    msg: 'backend terminated',
  })
})

test('lines below the level are not written', () => {
  const { log, lines } = recording('warn')
  log.debug({}, 'one')
  log.info({}, 'two')
  log.warn({}, 'three')
  log.error({}, 'four')
  assert.deepEqual(
    lines.map((text) => (JSON.parse(text) as { msg: string }).msg),
    ['three', 'four'],
  )
})

test('a child adds its fields, scrubbed, to every line', () => {
  const { log, lines } = recording()
  const child = log.child({ server: 'main', password: CANARY }).child({ url: `https://u:${CANARY}@host/` })
  child.info({ pid: 1 }, 'one')
  assert.deepEqual(
    [line(lines)['server'], line(lines)['pid'], line(lines)['password'], line(lines)['url']],
    ['main', 1, '[secret]', 'https://[secret]@host/'],
  )
  assert.ok(!lines.join('').includes(CANARY))
})

const DISCORD_TOKEN = 'MTIzNDU2Nzg5MDEyMzQ1Njc4OQ.GaBcDe.abcdefghijklmnopqrstuvwxyz0123456789AB'

// [what, fields that hold a canary, what must still be readable]
const LEAKS: readonly (readonly [string, Record<string, unknown>, string])[] = [
  ['a field named token', { token: CANARY, kept: 'kept' }, 'kept'],
  ['a field deep below', { a: { b: [{ c: { d: { db_password: CANARY } } }] }, kept: 'kept' }, '"b"'],
  ['headers', { headers: { Authorization: `Bot ${CANARY}`, 'set-cookie': [CANARY], accept: 'json' } }, 'json'],
  ['an object under a secret name', { token: { value: CANARY } }, 'token'],
  ['a connection string in a field', { target: `postgres://bot:${CANARY}@db.internal:5432/app` }, 'db.internal:5432'],
  ['an error message', { err: new Error(`connect to postgresql://bot:${CANARY}@db/app refused`) }, 'refused'],
  [
    'the cause of a cause',
    {
      err: new DependencyError('postgres', 'login failed', {
        cause: new Error('outer', { cause: new Error(`host=db password=${CANARY} user=bot`) }),
      }),
    },
    'user=bot',
  ],
  [
    'one of several errors',
    { err: new AggregateError([new Error(`password='${CANARY}'`)], 'all failed') },
    'all failed',
  ],
  ['a cause that is no error', { err: new Error('x', { cause: { password: CANARY, host: 'db' } }) }, '"db"'],
  [
    'what a library hangs on its error',
    { err: Object.assign(new Error('refused'), { code: '28P01', client: CANARY, requestBody: { json: CANARY } }) },
    '28P01',
  ],
  ['a query in a URL', { url: `https://host/x?size=1&access_token=${encodeURIComponent(CANARY)}&page=2` }, 'page=2'],
  ['JSON that became text', { body: JSON.stringify({ password: CANARY, size: 7 }) }, 'size'],
  ['a bearer token in text', { said: `sent Authorization: Bearer ${'canary'.repeat(4)} to host` }, 'to host'],
  ["a bot's token in text", { said: `login with ${DISCORD_TOKEN} failed` }, 'failed'],
  ['the address of an interaction', { url: '/api/v10/interactions/123/canaryToken_9/callback' }, '/callback'],
  ['the address of a webhook', { url: 'https://discord.com/api/webhooks/123/canaryToken_9/messages/4' }, '/messages/4'],
  ['a private key', { pem: '-----BEGIN RSA PRIVATE KEY-----\ncanary\n-----END RSA PRIVATE KEY----- end' }, 'end'],
  ['a Secret under an innocent name', { login: { user: 'bot', by: KNOWN } }, 'bot'],
  ['a known secret in any text', { err: new Error(`I say ${KNOWN.reveal()} aloud`) }, 'aloud'],
  ['a known secret as a URL spells it', { url: `https://h/${encodeURIComponent(KNOWN.reveal())}/end` }, '/end'],
  ['a known secret in a field name', { [KNOWN.reveal()]: 'kept' }, 'kept'],
  ['a map and a set', { map: new Map([['k', `a://u:${CANARY}@h`]]), set: new Set([`a://u:${CANARY}@h`]) }, '@h'],
]

for (const [what, fields, readable] of LEAKS) {
  test(`no secret is printed from ${what}`, () => {
    const { log, lines } = recording()
    log.error(fields, 'it went wrong')
    const text = lines.join('')
    for (const secret of [CANARY, encodeURIComponent(CANARY), 'canary', 'GaBcDe', 'known"Canary', 'known%22Canary']) {
      assert.ok(!text.includes(secret) && !text.includes(JSON.stringify(secret).slice(1, -1)), text)
    }
    assert.ok(text.includes('[secret]') || what.startsWith('what a library'), text)
    assert.ok(text.includes(readable), text)
  })
}

test('an error keeps what is needed to find its place: type, message, code, stack and cause', () => {
  const { log, lines } = recording()
  const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', port: 5432 })
  log.error({ err: new DependencyError('postgres', 'no answer', { cause }) }, 'a look failed')
  const err = line(lines)['err'] as Record<string, unknown>
  assert.equal(err['type'], 'DependencyError')
  assert.equal(err['message'], 'no answer')
  assert.equal(err['dependency'], 'postgres')
  assert.match(String(err['stack']), /pino\.test/)
  const inner = err['cause'] as Record<string, unknown>
  assert.deepEqual([inner['message'], inner['code'], inner['port']], ['connect ECONNREFUSED', 'ECONNREFUSED', 5432])
})

test('innocent text is left as it is', () => {
  const { log, lines } = recording()
  const said = 'token expired; 3 of 5 passed; Bot started; see https://host/a?page=2#x and mail a@b.c'
  log.info({ said, key: 'card:1', passed: 3 }, 'said')
  assert.deepEqual([line(lines)['said'], line(lines)['key'], line(lines)['passed']], [said, 'card:1', 3])
})

test('a field that circles, a bigint, a buffer and a function do not stop a line', () => {
  const { log, lines } = recording()
  const circle: Record<string, unknown> = { n: 1n, bytes: new Uint8Array(3), run: () => 1 }
  circle['self'] = circle
  const err = new Error('round')
  err.cause = err
  log.warn({ circle, err }, 'round and round')
  assert.equal(line(lines)['msg'], 'round and round')
})

test('a line is out before the next statement, even when the process is killed there', async () => {
  const module = new URL('../../../src/adapters/log/pino.js', import.meta.url).href
  const script = `const { pinoLog } = await import(${JSON.stringify(module)})
    const log = pinoLog({ level: 'info', secrets: [] })
    for (let n = 1; n <= 5; n += 1) log.info({ n }, 'still here')
    process.kill(process.pid, 'SIGKILL')`
  const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script])
  const stdout = await run.then(
    (done) => done.stdout,
    (killed: unknown) => (killed as { stdout: string }).stdout,
  )
  assert.equal(stdout.trim().split('\n').length, 5)
})
