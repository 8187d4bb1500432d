import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'

/** The bot as a child process. */
export type BotProcess = {
  readonly pid: number
  /** Resolves with how it ended, in words; never rejects. */
  readonly ended: Promise<string>
  lastLines(count: number): readonly string[]
  /** SIGTERM; SIGKILL after 5 s. */
  stop(): Promise<void>
}

const STOP_WITHIN_MS = 5_000

/** Starts `entry` with exactly the environment given, its output in `logFile`. Throws when it cannot be started at all. */
export function startBot(entry: string, env: Readonly<Record<string, string>>, logFile: string): BotProcess {
  const log = openSync(logFile, 'a', 0o600)
  const child = spawn(process.execPath, ['--enable-source-maps', entry], {
    env: { ...env },
    detached: true, // Ctrl-C in the terminal is for the demo, which ends its parts in order
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, by) => resolve(by === null ? `with exit code ${code}` : `by ${by}`))
    child.once('error', (error) => resolve(error.message))
  })
  if (child.pid === undefined) throw new Error(`The bot could not be started: ${process.execPath} ${entry}`)
  return {
    pid: child.pid,
    ended,
    lastLines: (count) =>
      readFileSync(logFile, 'utf8')
        .split('\n')
        .filter((line) => line.trim() !== '')
        .slice(-count),
    async stop() {
      child.kill('SIGTERM')
      const harder = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS)
      await ended
      clearTimeout(harder)
    },
  }
}
