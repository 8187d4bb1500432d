import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { ACTIONS } from '../../src/core/access/tier.js'

test('docs/access.md prints the table of the code', () => {
  const text = readFileSync(new URL('../../../docs/access.md', import.meta.url), 'utf8')
  const printed = text.split('<!-- actions -->\n')[1]?.split('\n<!-- end -->')[0]
  const rows = Object.entries(ACTIONS).map(([action, { tier, says }]) => `| ${says} | ${tier} | \`${action}\` |`)
  assert.equal(printed, ['| to … | needs | action |', '| --- | --- | --- |', ...rows].join('\n'))
})
