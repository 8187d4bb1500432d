import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test, type TestContext } from 'node:test'

import { root } from './lint.js'

/** Runs scripts/test.mjs in a checkout of its own that holds these compiled test files, by their path below test/. */
function runTests(t: TestContext, files: Readonly<Record<string, string>>, ...args: string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'lifeguard-runner-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  cpSync(join(root, 'scripts'), join(folder, 'scripts'), { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  mkdirSync(join(folder, 'test'))
  for (const [name, text] of Object.entries(files)) {
    for (const path of [`test/${name}.test.ts`, `dist/test/${name}.test.js`]) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), `import { test } from 'node:test'\n${text}\n`)
    }
  }
  const summary = join(folder, 'summary')
  // No browser anywhere: the tests of test/browser/ have to do without.
  const env = { PATH: '/nonexistent', TEST_SUMMARY: summary }
  const { status, stdout } = spawnSync(process.execPath, ['scripts/test.mjs', ...args], {
    cwd: folder,
    env,
    encoding: 'utf8',
  })
  return { status, stdout, lastLine: stdout.trimEnd().split('\n').at(-1), summary: readFileSync(summary, 'utf8') }
}

const passes = "test('passes', () => {})"

test('passed, failed and skipped tests are counted, and the reason of a skip is told', (t) => {
  const run = runTests(t, {
    a: `${passes}\ntest('is skipped', { skip: 'needs macOS' }, () => {})`,
    'deep/b': "test('outer', (t) => t.test('inner', () => { throw new Error('the cause') }))",
  })
  assert.equal(run.lastLine, '1 passed, 1 failed, 1 skipped')
  assert.equal(run.status, 1)
  assert.match(run.stdout, /failed: outer > inner\n\s+Error: the cause/)
  assert.equal(run.summary, '1 1 1\ntest/a.test.ts: is skipped: needs macOS\n')
})

test('a file fails when it holds no test, breaks at load, quits, is killed or throws after its tests', (t) => {
  const run = runTests(t, {
    empty: '',
    broken: "throw new Error('at load')",
    quits: "test('quits', () => process.exit(0))",
    killed: "test('killed', () => process.kill(process.pid, 'SIGKILL'))",
    late: `${passes}\nsetTimeout(() => { throw new Error('late') }, 50)`,
    good: passes,
  })
  assert.equal(run.lastLine, '2 passed, 5 failed, 0 skipped')
  assert.equal(run.status, 1)
  for (const name of ['empty', 'broken', 'quits', 'killed', 'late']) {
    assert.match(run.stdout, new RegExp(`^not ok test/${name}\\.test\\.ts`, 'm'))
  }
})

test('a run that finds no file fails', (t) => {
  const run = runTests(t, { a: passes }, 'no-such-path')
  assert.equal(run.lastLine, '0 passed, 1 failed, 0 skipped')
  assert.equal(run.status, 1)
})

test('arguments choose files and leave files out', (t) => {
  const files = { 'core/a': passes, 'core/b': passes, 'flows/c': passes }
  assert.equal(runTests(t, files, 'test/core').summary, '2 0 0\n')
  assert.equal(runTests(t, files, 'test/core', '--not=core/b').summary, '1 0 0\n')
})

test("a browser's tests are skipped by name where there is no browser", (t) => {
  const run = runTests(t, { a: passes, 'browser/b': passes })
  assert.equal(run.lastLine, '1 passed, 0 failed, 1 skipped')
  assert.equal(run.status, 0)
  assert.match(run.summary, /test\/browser\/b\.test\.ts: needs chromium/)
})
