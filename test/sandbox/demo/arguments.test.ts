import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseArguments } from '../../../sandbox/demo/arguments.js'
import { helpText } from '../../../sandbox/demo/words.js'
import { SCENARIOS } from '../../../sandbox/scenarios/stories.js'

const NAMES = ['surge', 'quiet']

test('without arguments the first scenario runs', () => {
  assert.deepEqual(parseArguments([], NAMES), { kind: 'run', scenario: 'surge' })
})

test('a scenario and a port are taken, with a space or an equals sign', () => {
  const expected = { kind: 'run', scenario: 'quiet', port: 4000 }
  assert.deepEqual(parseArguments(['--scenario', 'quiet', '--port', '4000'], NAMES), expected)
  assert.deepEqual(parseArguments(['--port=4000', '--scenario=quiet'], NAMES), expected)
})

for (const [words, expected] of [
  [['--scenario', 'flood'], '--scenario wants one of surge, quiet, not "flood".'],
  [['--scenario'], '--scenario wants one of surge, quiet, not nothing.'],
  [['--port', '70000'], '--port wants a port from 1 to 65535, not "70000".'],
  [['--port', '0'], '--port wants a port from 1 to 65535, not "0".'],
  [['july-2021'], '"july-2021" is not known. There are --scenario NAME, --port NUMBER and --help.'],
] as const) {
  test(`"${words.join(' ')}" is explained`, () => {
    assert.deepEqual(parseArguments(words, NAMES), { kind: 'mistake', message: expected })
  })
}

test('help names every scenario', () => {
  assert.deepEqual(parseArguments(['--scenario', 'quiet', '--help'], NAMES), { kind: 'help' })
  for (const { name } of SCENARIOS) assert.ok(helpText(SCENARIOS).includes(`  ${name} `))
})
