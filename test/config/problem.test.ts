import assert from 'node:assert/strict'
import test from 'node:test'
import { gettingStartedText } from '../../src/config/gettingStarted.js'
import { problemsText } from '../../src/config/problem.js'
import { problemsOf, problemsOfFile, TOKEN } from './fixture.js'

test('a start that fails prints one line a problem, aligned, and the way out', () => {
  const rule = '{ name: r, match: total, above: ninety }'
  const yaml = `servers:\n  - name: a\n    host: db\n    user: lifeguard\n    rules:\n      - ${rule}\n`
  const text = problemsText(problemsOfFile(yaml, { DISCORD_TOKEN: '', ROLE_OPERATE: 'devops' }))
  assert.equal(
    text,
    `lifeguard: 3 settings need attention, nothing was started
  DISCORD_TOKEN            is not set. The bot's token: Developer Portal > your application > Bot
  ROLE_OPERATE             "devops" is not a role id (17 to 20 digits), or several with commas between. Discord: Settings > Advanced > Developer Mode, then right-click the role > Copy Role ID
  lifeguard.yaml:6:41      servers[0].rules[0].above: expected a number or a share such as 80%, got "ninety". 80% is of the usable slots; 90% of max_connections is written "90% of max"
No Discord at hand? npm run demo`,
  )
})

test('one problem is spoken of as one, and a value is shown on one line, cut, without what looks like a secret', () => {
  assert.match(problemsText([{ where: 'PGPORT', message: 'x' }]), /^lifeguard: 1 setting needs attention/)
  const said = (value: string): string =>
    problemsOf({ PGPORT: value }).find(({ where }) => where === 'PGPORT')?.message ?? ''
  assert.match(said(`a\nb${'c'.repeat(99)}`), /^"a\\nbc{37}…" is not/)
  for (const value of [TOKEN, '-----BEGIN PRIVATE KEY-----', 'postgres://me:pw@db'])
    assert.match(said(value), /^the value \(not shown/)
})

test('getting started fits a screen of 24 lines and 80 columns', () => {
  const lines = gettingStartedText().split('\n')
  assert.ok(lines.length <= 24, String(lines.length))
  for (const line of lines) assert.ok(line.length <= 80, line)
  for (const name of ['DISCORD_TOKEN', 'ROLE_OPERATE', 'PGHOST', 'npm run demo'])
    assert.match(lines.join('\n'), new RegExp(name))
})
