import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, test } from 'node:test'

import { root } from './lint.js'

type Source = { readonly path: string; readonly text: string }

/** Every TypeScript file below the folders, by its path in the checkout. */
function sources(...folders: string[]): Source[] {
  return folders
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts'))
        .map((name) => ({ path: join(folder, name), text: readFileSync(join(root, folder, name), 'utf8') })),
    )
}

/** Paths of the files whose text holds the pattern. */
function holding(files: readonly Source[], pattern: RegExp): string[] {
  return files.filter(({ text }) => pattern.test(text)).map(({ path }) => path)
}

function json(name: string): unknown {
  return JSON.parse(readFileSync(join(root, name), 'utf8'))
}

const bot = sources('src', 'commands')
const all = sources('src', 'commands', 'sandbox', 'test')

describe('packages', () => {
  test('every pin is an exact version', () => {
    const { dependencies, devDependencies } = json('package.json') as Record<string, Record<string, string>>
    const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
      ([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version),
    )
    assert.deepEqual(loose, [])
  })

  test('the lockfile names no place to fetch from: everybody uses their own registry', () => {
    const { packages } = json('package-lock.json') as { packages: Record<string, { resolved?: string }> }
    const addressed = Object.entries(packages).filter(([, { resolved }]) => resolved !== undefined)
    assert.deepEqual(addressed, [])
  })
})

describe('the tree', () => {
  test('src holds the layers of the linter and nothing beside them, as a new folder would have no rules', () => {
    const known = ['adapters', 'config', 'core', 'flows', 'messages', 'ports', 'wire', 'main.ts', 'cli.ts', 'wire.ts']
    assert.deepEqual(
      readdirSync(join(root, 'src')).filter((name) => !known.includes(name)),
      [],
    )
  })

  test('no file has more than 300 lines', () => {
    const long = [...bot, ...sources('sandbox')].filter(({ text }) => text.split('\n').length - 1 > 300)
    assert.deepEqual(
      long.map(({ path }) => path),
      [],
    )
  })

  test('no file is named for what it is not', () => {
    const vague = /^(utils?|helpers?|common|misc|manager|service|base)\.ts$/
    const barrel = all.filter(({ path }) => basename(path) === 'index.ts' && path !== join('commands', 'index.ts'))
    assert.deepEqual(
      [...all.filter(({ path }) => vague.test(basename(path))), ...barrel].map(({ path }) => path),
      [],
    )
  })

  test('nothing exports a default', () => {
    assert.deepEqual(holding(all, /^export default\b/m), [])
  })

  test('ports hold types only', () => {
    const ports = bot.filter(({ path }) => path.startsWith(join('src', 'ports')))
    assert.deepEqual(holding(ports, /^export (?!type\b)/m), [])
  })

  test('the bot imports by literal names only, as the linter does not see the others', () => {
    assert.deepEqual(holding(bot, /\bimport\((?!\s*['"])/), [])
  })

  test('a rule is switched off only with a written reason', () => {
    const withoutReason = /(?:ox|es)lint-disable(?![^\n]* -- \S)/
    const others = all.filter(({ path }) => !path.startsWith(join('test', 'house')))
    assert.deepEqual([...holding(others, withoutReason), ...holding(others, /@ts-(ignore|nocheck|expect-error)/)], [])
  })
})
