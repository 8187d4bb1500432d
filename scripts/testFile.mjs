/** Runs one compiled test file in a process group of its own and tells what its tests did. */
import { spawn } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { signal } from './processes.mjs'

const reporter = new URL('./testReporter.mjs', import.meta.url).href
const root = fileURLToPath(new URL('..', import.meta.url))
/** Of a file's output, this much of the end is kept for the report of a failure. */
const OUTPUT_LENGTH = 8_000
/** Between the polite signal and the one that cannot be refused. */
const GRACE_MS = 3_000

/**
 * `file` is a source (`test/…/x.test.ts`), `events` a path that may be written to. Gives at once
 * { pid, end(why), result }: `end` stops the file and whatever it started in its group; `result` never rejects:
 * { tests: [{ name, outcome, detail? }], ms, output }, where a file that broke is a failed test named after itself.
 */
export function startTestFile({ file, events, timeoutMs }) {
  const startedAt = performance.now()
  const compiled = join(root, 'dist', file.replace(/\.ts$/, '.js'))
  const flags = ['--enable-source-maps', `--test-reporter=${reporter}`, `--test-reporter-destination=${events}`]
  const child = spawn(process.execPath, [...flags, compiled], {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let endedBecause
  const keep = (chunk) => (output = (output + chunk).slice(-OUTPUT_LENGTH))
  child.stdout.setEncoding('utf8').on('data', keep)
  child.stderr.setEncoding('utf8').on('data', keep)

  const end = (why) => {
    if (endedBecause !== undefined || child.pid === undefined) return
    endedBecause = why
    signal(-child.pid, 'SIGTERM')
    setTimeout(signal, GRACE_MS, -child.pid, 'SIGKILL').unref()
  }
  const timer = setTimeout(end, timeoutMs, `was still running after ${timeoutMs / 1000} s`)

  const result = new Promise((resolve) => {
    const finish = (why) => {
      clearTimeout(timer)
      if (child.pid !== undefined) signal(-child.pid, 'SIGKILL') // what the file left behind in its group
      const { tests, notes, isWhole } = read(events)
      const hasFailed = tests.some((test) => test.outcome === 'failed')
      const broken = endedBecause ?? (hasFailed && isWhole ? undefined : (why ?? incomplete(tests, isWhole)))
      if (broken !== undefined) tests.push({ name: file, outcome: 'failed', detail: [broken, ...notes].join('\n') })
      resolve({ tests, ms: performance.now() - startedAt, output })
    }
    child.once('error', (error) => finish(`could not be started: ${error.message}`))
    child.once('exit', (code, name) => finish(code === 0 ? undefined : `ended with ${name ?? `exit code ${code}`}`))
  })
  return { pid: child.pid, end, result }
}

function incomplete(tests, isWhole) {
  if (tests.length === 0) return 'holds no test, or ended before the first was done'
  return isWhole ? undefined : 'ended before its tests did'
}

function read(events) {
  let text = ''
  try {
    text = readFileSync(events, 'utf8')
    rmSync(events)
  } catch {
    // a file that broke before its first test wrote nothing
  }
  const lines = text.split('\n').slice(0, -1) // what follows the last line end was cut off in the middle
  const entries = lines.map((line) => JSON.parse(line))
  return {
    tests: entries.filter((entry) => entry.outcome !== undefined),
    notes: entries.flatMap((entry) => (entry.note === undefined ? [] : [entry.note])),
    isWhole: entries.some((entry) => entry.end),
  }
}
