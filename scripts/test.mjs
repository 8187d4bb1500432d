/**
 * Runs the tests: every file below test/ that ends in .test.ts, or those whose path contains one of the arguments.
 *   npm test
 *   npm test -- test/core          only these
 *   npm test -- --not=test/browser all but these
 * Environment: CHROMIUM (a browser's path, for test/browser/), TEST_LABEL (printed before each line),
 * TEST_SUMMARY (a file: `passed failed skipped`, then a line for each skipped test).
 * Each file runs in a process group of its own and is ended with all it started.
 */
import { accessSync, constants, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join, sep } from 'node:path'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'

import { descendantsOf, endLeftovers } from './processes.mjs'
import { startTestFile } from './testFile.mjs'

const AT_ONCE = 2
/** Generous: it ends what hangs, it does not measure. */
const FILE_TIMEOUT_MS = 300_000
const LOOK_EVERY_MS = 2_000

const root = fileURLToPath(new URL('..', import.meta.url))
const args = process.argv.slice(2)
const label = process.env.TEST_LABEL ? `[${process.env.TEST_LABEL}] ` : ''
const counts = { passed: 0, failed: 0, skipped: 0 }
const skips = []
/** Files that run now: { pid, end, result }. */
const running = new Set()
/** The signal that ended the run; empty while none has. */
let interruptedBy = ''

const chromium = findChromium()
if (chromium !== undefined) process.env.CHROMIUM = chromium
const queue = chooseFiles()
const scratch = mkdtempSync(join(tmpdir(), 'lifeguard-test-'))
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => interrupt(name))
try {
  await Promise.all(Array.from({ length: AT_ONCE }, runFromQueue))
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
if (interruptedBy !== '') print(`interrupted by ${interruptedBy}, ${queue.length} files not run`)
if (counts.passed + counts.failed + counts.skipped === 0) {
  counts.failed += 1
  print(`not ok: no test file${args.length > 0 ? ` matches ${args.join(' ')}` : ' found'}`)
}
const { passed, failed, skipped } = counts
if (process.env.TEST_SUMMARY) {
  writeFileSync(process.env.TEST_SUMMARY, [`${passed} ${failed} ${skipped}`, ...skips, ''].join('\n'))
}
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
process.exitCode = interruptedBy !== '' ? 130 : failed > 0 ? 1 : 0

function chooseFiles() {
  const unwanted = args.filter((arg) => arg.startsWith('--not=')).map((arg) => arg.slice('--not='.length))
  const wanted = args.filter((arg) => !arg.startsWith('--')).map((arg) => arg.replace(/^\.\//, ''))
  const unknown = args.find((arg) => arg.startsWith('--') && !arg.startsWith('--not='))
  if (unknown !== undefined) {
    print(`not ok: ${unknown} is not an option; there is --not=PART_OF_A_PATH`)
    return []
  }
  return readdirSync(join(root, 'test'), { recursive: true })
    .map((name) => `test/${name.split(sep).join('/')}`)
    .filter((file) => file.endsWith('.test.ts'))
    .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
    .filter((file) => !unwanted.some((part) => file.includes(part)))
    .sort()
}

async function runFromQueue() {
  for (let file = next(); file !== undefined; file = next()) {
    if (file.startsWith('test/browser/') && chromium === undefined) {
      const reason = 'needs chromium in PATH or CHROMIUM (Debian: apt-get install chromium)'
      tell(file, { tests: [{ name: file, outcome: 'skipped', detail: reason }], ms: 0, output: '' })
      continue
    }
    const left = await run(file)
    for (const { pid, command } of left) print(`  ${file} left ${command} (${pid}) running: ended it`)
  }
}

function next() {
  return interruptedBy === '' ? queue.shift() : undefined
}

/** Runs one file, prints it, and ends what it started and left. Looks now and then, as an orphan tells nobody whose it was. */
async function run(file) {
  const test = startTestFile({
    file,
    events: join(scratch, file.replaceAll('/', '.')),
    timeoutMs: FILE_TIMEOUT_MS,
  })
  running.add(test)
  const seen = new Map()
  const look = async () => {
    for (const one of await descendantsOf([test.pid])) seen.set(`${one.pid} ${one.startedAt}`, one)
  }
  const timer = setInterval(() => void look(), LOOK_EVERY_MS)
  const result = await test.result
  clearInterval(timer)
  running.delete(test)
  tell(file, result)
  return await endLeftovers([...seen.values()])
}

function tell(file, { tests, ms, output }) {
  const of = (outcome) => tests.filter((test) => test.outcome === outcome)
  for (const outcome of ['passed', 'failed', 'skipped']) counts[outcome] += of(outcome).length
  const verdict = of('failed').length > 0 ? 'not ok' : of('passed').length > 0 ? 'ok' : 'skipped'
  print(`${verdict} ${file} (${(ms / 1000).toFixed(1)} s)`)
  for (const { name, detail } of of('skipped')) {
    print(`  skipped: ${name}: ${detail}`)
    skips.push(`${file}: ${name}: ${detail}`.replaceAll('\n', ' '))
  }
  if (of('failed').length === 0) return
  for (const { name, detail } of of('failed')) print(`  failed: ${name}\n${indent(detail)}`)
  if (output.trim() !== '') print(`  what ${file} wrote:\n${indent(output.trim())}`)
}

function interrupt(name) {
  interruptedBy ||= name
  for (const test of running) test.end(`was interrupted by ${name}`)
}

function findChromium() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  return folders
    .flatMap((folder) => ['chromium', 'chromium-browser'].map((name) => join(folder, name)))
    .find(isExecutable)
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK)
    return existsSync(file)
  } catch {
    return false
  }
}

function indent(text) {
  const lines = text.split('\n').filter((line) => !/^\s+at .*\(?node:internal\//.test(line))
  return lines.map((line) => `      ${line}`).join('\n')
}

function print(text) {
  console.log(text.replaceAll(/^/gm, label))
}
