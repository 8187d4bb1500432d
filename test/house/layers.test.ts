import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'

import { lint, root, type Plant } from './lint.js'

const IMPORTS = 'no-restricted-imports'
const GLOBALS = 'no-restricted-globals'

/** What the layers allow, one file for each. Nothing may be found in any of them. */
const clean: readonly Plant[] = [
  ...['pg', 'discord.js', 'zod', 'yaml', 'pino', 'node-cron', '@libsql/client', '@kubernetes/client-node'].map(
    (name) => ({
      path: `src/wire/${name.replace('/', '-')}.ts`,
      text: `export { a } from '${name}'`,
    }),
  ),
  { path: 'src/core/clean.ts', text: "export { a } from './watch/look.js'" },
  {
    path: 'src/core/watch/clean.ts',
    text: "export { a } from '../clean.js'\nexport { b } from '../incident/event.js'",
  },
  { path: 'src/core/watch/look.ts', text: 'export const a = Math.max(1, 2)' },
  { path: 'src/core/incident/event.ts', text: "export { a as b } from '../watch/look.js'" },
  {
    path: 'src/ports/clean.ts',
    text: "export type { A } from './clock.js'\nexport type { B } from '../core/watch/look.js'",
  },
  {
    path: 'src/flows/shared.ts',
    text: "export type { A } from '../ports/clock.js'\nexport { a } from '../core/clean.js'",
  },
  {
    path: 'src/flows/terminate/clean.ts',
    text: [
      "export { a } from './preview.js'",
      "export { b } from '../shared.js'",
      "export { c } from '../../core/watch/look.js'",
      "export type { D } from '../../ports/clock.js'",
    ].join('\n'),
  },
  {
    path: 'src/messages/card.ts',
    text: [
      "export { ButtonStyle } from 'discord-api-types/v10'",
      "export { a } from '../core/watch/look.js'",
      "export type { B } from '../ports/clock.js'",
    ].join('\n'),
  },
  { path: 'src/config/clean.ts', text: "export { z } from 'zod'\nexport { parse } from 'yaml'" },
  {
    path: 'src/config/writeSchema.ts',
    text: "export { writeFileSync } from 'node:fs'\nexport { z } from './clean.js'",
  },
  {
    path: 'src/adapters/postgres/clean.ts',
    text: [
      "export { Client } from 'pg'",
      "export { setTimeout as sleep } from 'node:timers/promises'",
      "export { a } from './tls.js'",
      "export { b } from '../../core/watch/look.js'",
      "export type { C } from '../../ports/postgres.js'",
      'export const now = Date.now() + Math.random()',
    ].join('\n'),
  },
  {
    path: 'src/adapters/discord/clean.ts',
    text: "export { Client } from 'discord.js'\nexport { a } from '../../messages/card.js'",
  },
  {
    path: 'src/adapters/kubernetes/clean.ts',
    text: "export const a = await import('@kubernetes/client-node')\nexport { request } from 'node:https'",
  },
  {
    path: 'src/adapters/linode/clean.ts',
    text: "export type { A } from '../../ports/clock.js'\nexport { b } from './call.js'\nexport const c = await fetch('x')",
  },
  { path: 'src/adapters/disk/clean.ts', text: "export { open } from 'node:fs/promises'" },
  {
    path: 'commands/clean.ts',
    text: [
      "export { SlashCommandBuilder } from 'discord.js'",
      "export { a } from '../src/adapters/discord/clean.js'",
      "export { b } from '../src/messages/card.js'",
      "export type { C } from '../src/ports/clock.js'",
      "export { d } from './index.js'",
    ].join('\n'),
  },
  {
    path: 'src/main.ts',
    text: "export { a } from './wire.js'\nexport { b } from './config/load.js'\nexport { c } from 'node:process'",
  },
  {
    path: 'src/wire.ts',
    text: "export { a } from './adapters/postgres/clean.js'\nexport { b } from '../commands/clean.js'",
  },
  { path: 'sandbox/site/clean.ts', text: "export { Client } from 'pg'\nexport { a } from '../postgres/launch.js'" },
  {
    path: 'test/core/clean.test.ts',
    text: "export { a } from '../../src/core/clean.js'\nexport { b } from '../../sandbox/x.js'",
  },
]

type Violation = Plant & { readonly what: string; readonly rule: string }

function violation(what: string, path: string, text: string, rule = IMPORTS): Violation {
  return { what, path, text, rule }
}

function imports(what: string, path: string, from: string): Violation {
  return violation(what, path, `import { a } from '${from}'\n\nexport const b = a`)
}

const core = 'src/core/watch'

/** One forbidden thing a file; each must be found, and by the rule that is meant. */
const violations: readonly Violation[] = [
  imports('core imports a package', `${core}/package.ts`, 'pg'),
  imports('core imports a node: module', `${core}/node.ts`, 'node:fs'),
  imports('core imports a port', `${core}/port.ts`, '../../ports/clock.js'),
  imports('a top file of core imports a port', 'src/core/port.ts', '../ports/clock.js'),
  imports('core leaves core by a detour', `${core}/detour.ts`, '../incident/../../ports/clock.js'),
  violation(
    'core imports only a type of another layer',
    `${core}/type.ts`,
    "import type { A } from '../../ports/clock.js'\nexport type B = A",
  ),
  violation(
    'core imports only a type of a package',
    `${core}/packageType.ts`,
    "import type { Pool } from 'pg'\nexport type B = Pool",
  ),
  violation(
    'core names a package inside a type',
    `${core}/inlineType.ts`,
    'export type X = import("pg").Pool',
    'consistent-type-imports',
  ),
  violation('core imports dynamically', `${core}/dynamic.ts`, "export const a = await import('pg')"),
  violation(
    'core imports another layer dynamically',
    `${core}/dynamicLayer.ts`,
    "export const a = await import('../../ports/clock.js')",
  ),
  violation('core re-exports a package', `${core}/reexport.ts`, "export { Pool } from 'pg'"),
  violation('core re-exports all of a package', `${core}/reexportAll.ts`, "export * from 'pg'"),
  violation('core re-exports a type of a package', `${core}/reexportType.ts`, "export type { Pool } from 'pg'"),
  violation('core asks the clock by Date.now', `${core}/dateNow.ts`, 'export const a = Date.now()', GLOBALS),
  violation('core asks the clock by new Date', `${core}/newDate.ts`, 'export const a = new Date()', GLOBALS),
  violation('core rolls dice', `${core}/random.ts`, 'export const a = Math.random()', 'no-restricted-properties'),
  ...['setTimeout', 'setInterval', 'process', 'console', 'fetch', 'performance', 'crypto', 'globalThis'].map((name) =>
    violation(`core uses ${name}`, `${core}/global-${name}.ts`, `export const a = ${name}`, GLOBALS),
  ),
  imports('ports import a flow', 'src/ports/flow.ts', '../flows/shared.js'),
  imports('ports import a package', 'src/ports/package.ts', 'discord-api-types/v10'),
  imports('a flow imports an adapter', 'src/flows/terminate/adapter.ts', '../../adapters/postgres/clean.js'),
  imports('a flow imports a package', 'src/flows/terminate/package.ts', 'pg'),
  imports("a flow imports another subject's flow", 'src/flows/terminate/sibling.ts', '../incident/open.js'),
  imports("what flows share imports a subject's flow", 'src/flows/subject.ts', './terminate/clean.js'),
  imports('a flow imports a message', 'src/flows/terminate/message.ts', '../../messages/card.js'),
  violation(
    'a flow asks the clock',
    'src/flows/terminate/clock.ts',
    'export const a = Date.now()',
    'no-restricted-properties',
  ),
  violation('a flow sets a timer', 'src/flows/terminate/timer.ts', 'export const a = setTimeout', GLOBALS),
  imports('a message imports discord.js', 'src/messages/package.ts', 'discord.js'),
  imports('a message imports a flow', 'src/messages/flow.ts', '../flows/ledger.js'),
  imports('config imports an adapter', 'src/config/adapter.ts', '../adapters/postgres/clean.js'),
  imports('config reads files by itself', 'src/config/files.ts', 'node:fs'),
  imports('what writes the schema imports a package', 'src/config/writeSchema.ts', 'yaml'),
  imports('an adapter imports a flow', 'src/adapters/postgres/flow.ts', '../../flows/shared.js'),
  imports('an adapter imports config', 'src/adapters/postgres/config.ts', '../../config/load.js'),
  imports('an adapter imports a message', 'src/adapters/postgres/message.ts', '../../messages/card.js'),
  imports('adapters/discord imports a command', 'src/adapters/discord/command.ts', '../../../commands/clean.js'),
  imports('an adapter without a line of its own imports a package', 'src/adapters/fresh/package.ts', 'pg'),
  imports(
    'an adapter without a line of its own imports a sibling',
    'src/adapters/fresh/sibling.ts',
    '../postgres/clean.js',
  ),
  violation(
    'another adapter imports the Kubernetes client',
    'src/adapters/disk/kubernetes.ts',
    "export const a = await import('@kubernetes/client-node')",
  ),
  imports('adapters/linode imports a node: module', 'src/adapters/linode/node.ts', 'node:https'),
  imports('a command imports a flow', 'commands/flow.ts', '../src/flows/shared.js'),
  imports('a command imports wire', 'commands/wire.ts', '../src/wire.js'),
  imports('a command imports another adapter', 'commands/adapter.ts', '../src/adapters/postgres/clean.js'),
  imports('a command imports the sandbox', 'commands/sandbox.ts', '../sandbox/site/clean.js'),
  imports('main imports an adapter', 'src/main.ts', './adapters/postgres/clean.js'),
  imports('cli imports a package', 'src/cli.ts', 'pg'),
  imports('wire imports the sandbox', 'src/wire/sandbox.ts', '../../sandbox/site/clean.js'),
  imports('wire imports a test', 'src/wire/test.ts', '../../test/fakes.js'),
  imports('the sandbox imports src', 'sandbox/site/src.ts', '../../src/core/clean.js'),
  imports('the sandbox imports a command', 'sandbox/site/command.ts', '../../commands/clean.js'),
  violation(
    'the sandbox imports a type of src',
    'sandbox/site/type.ts',
    "export type { A } from '../../src/ports/clock.js'",
  ),
  ...cycle(
    'value',
    "import { b } from './valueB.js'\nexport const a = () => b",
    "import { a } from './valueA.js'\nexport const b = () => a",
  ),
  ...cycle(
    'type',
    "import type { B } from './typeB.js'\nexport type A = B[]",
    "import type { A } from './typeA.js'\nexport type B = A[]",
  ),
  violation('a module exports a default', 'src/flows/terminate/default.ts', 'export default 1', 'no-default-export'),
  ...adapterFolders().flatMap((name) => [
    imports(`adapters/${name} imports a sibling`, `src/adapters/${name}/planted-sibling.ts`, '../fresh/thing.js'),
    imports(`adapters/${name} imports a package that is not its own`, `src/adapters/${name}/planted-package.ts`, 'ws'),
  ]),
]

function cycle(kind: string, a: string, b: string): Violation[] {
  const folder = `${core}/${kind}`
  return [
    violation(`two files of core import each other's ${kind}s`, `${folder}A.ts`, a, 'no-cycle'),
    violation(`two files of core import each other's ${kind}s, seen from the other`, `${folder}B.ts`, b, 'no-cycle'),
  ]
}

/** Adapters with a list of their own in the configuration: a list replaces the general one, so each is tried. */
function adapterFolders(): string[] {
  const config = JSON.parse(readFileSync(join(root, '.oxlintrc.json'), 'utf8')) as { overrides: { files: string[] }[] }
  return config.overrides
    .flatMap(({ files }) => files)
    .flatMap((glob) => /^src\/adapters\/([^*/]+)\//.exec(glob)?.[1] ?? [])
}

describe('the linter keeps the layers', () => {
  let found: Awaited<ReturnType<typeof lint>>
  let foundInClean: Awaited<ReturnType<typeof lint>>

  before(async () => {
    // Two runs: src/main.ts stands once among the clean files and once among the others.
    foundInClean = await lint(clean)
    found = await lint(violations)
  })

  test('what the layers allow passes', () => {
    assert.deepEqual([...foundInClean], [])
  })

  for (const { what, path, rule } of violations) {
    test(`${what}: caught`, () => {
      assert.deepEqual([...(found.get(path) ?? [])], [rule])
    })
  }

  test('no two violations share a file', () => {
    assert.equal(new Set(violations.map(({ path }) => path)).size, violations.length)
  })
})
