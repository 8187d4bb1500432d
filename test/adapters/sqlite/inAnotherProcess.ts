import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'

const CHILDREN = { journal: './journalChild.js', sightings: './sightingsChild.js' } as const

/** A folder that is gone after the test. */
export async function temporaryFolder(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'lifeguard-journal-'))
  t.after(() => rm(dir, { recursive: true, force: true }))
  return dir
}

export type Running = {
  readonly child: ChildProcess
  /** Resolves at the first line. */
  readonly started: Promise<void>
  /** Resolves when the process has ended, with every whole line it printed. */
  readonly ended: Promise<readonly unknown[]>
}

export function start(
  t: TestContext,
  what: string,
  dir: string,
  argument = '',
  of: keyof typeof CHILDREN = 'journal',
): Running {
  const script = fileURLToPath(new URL(CHILDREN[of], import.meta.url))
  const child = spawn(process.execPath, ['--enable-source-maps', script, what, dir, argument], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => child.kill('SIGKILL'))
  const lines: unknown[] = []
  const reader = createInterface({ input: child.stdout })
  const started = once(reader, 'line').then(() => undefined)
  reader.on('line', (line) => {
    if (line.endsWith(']') || line.endsWith('}') || line.endsWith('"')) lines.push(JSON.parse(line))
  })
  const ended = Promise.all([once(child, 'exit'), once(reader, 'close')]).then(() => lines)
  return { child, started, ended }
}

/** Runs such a process to its end. */
export function inAnotherProcess(
  t: TestContext,
  what: string,
  dir: string,
  argument = '',
  of: keyof typeof CHILDREN = 'journal',
): Promise<readonly unknown[]> {
  return start(t, what, dir, argument, of).ended
}
