import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { parseEnv } from 'node:util'
import { schemaText } from '../../src/config/schemaText.js'
import { VARIABLE_NAMES } from '../../src/config/variables.js'
import { configOf, DISCORD, LEAST, load } from './fixture.js'

const example = readFileSync('.env.example', 'utf8')
const docs = readFileSync('docs/configuration.md', 'utf8')

test('.env.example holds every variable once and no other', () => {
  const names = [...example.matchAll(/^(?:# )?([A-Z_]+)=/gm)].map(([, name = '']) => name)
  assert.deepEqual(names.toSorted(), VARIABLE_NAMES.toSorted())
})

test('the tables of the docs hold every variable once and no other', () => {
  const names = [...docs.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, name = '']) => name)
  assert.deepEqual(names.toSorted(), VARIABLE_NAMES.toSorted())
})

test('.env.example as it is explains what is missing, and its defaults are the defaults', () => {
  assert.deepEqual(load(parseEnv(example)), { kind: 'nothing set' })
  const shown = parseEnv(example.replaceAll(/^# (?=[A-Z_]+=)/gm, ''))
  const bare = { ...LEAST, DISCORD_TOKEN: DISCORD.DISCORD_TOKEN }
  const filled = Object.entries(shown).filter(([, value]) => value !== '')
  assert.ok(filled.length >= 10)
  assert.deepEqual(
    JSON.parse(JSON.stringify(configOf({ ...Object.fromEntries(filled), ...bare }))),
    JSON.parse(JSON.stringify(configOf(bare))),
  )
})

test("the defaults in the docs' tables are the defaults", () => {
  const rows = [...docs.matchAll(/^\| `([A-Z_]+)` \| `([^`]+)` \|/gm)].map(([, name = '', value = '']) => [name, value])
  const shown = Object.fromEntries(
    rows.filter(([name]) => !['SERVER_NAME', 'CANARY_DATABASE', 'TOTAL_ABOVE'].includes(name ?? '')),
  )
  assert.ok(Object.keys(shown).length >= 12)
  assert.deepEqual(
    JSON.parse(JSON.stringify(configOf({ ...LEAST, ...shown }))),
    JSON.parse(JSON.stringify(configOf(LEAST))),
  )
})

test('the JSON Schema in the docs is current (node dist/src/config/writeSchema.js writes it)', () => {
  assert.equal(readFileSync('docs/lifeguard.schema.json', 'utf8'), schemaText())
})
