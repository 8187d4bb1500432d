import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import type { Account } from './account.js'
import { SERVER_ENVIRONMENT } from './cluster.js'
import { childrenOf, signal } from './processes.js'

/** One running postmaster. */
export type Server = {
  readonly pid: number
  /** Resolves with how it ended; never rejects. */
  readonly ended: Promise<string>
  /** SIGSTOP to the postmaster and every child: connections are taken by the kernel, and nobody answers. */
  pause(): void
  resume(): void
  /** Fast shutdown; immediate after 5 s, SIGKILL after 8 s. */
  stop(): Promise<void>
}

export class PortTaken extends Error {}

const READY = 'ready to accept connections'
const READY_WITHIN_MS = 30_000
const LOG_LINES = 200

/** Starts a postmaster and waits until it takes logins. Throws `PortTaken`, or an error with its last lines. */
export async function startServer(
  program: string,
  account: Account,
  dataDir: string,
  settings: Record<string, string>,
): Promise<Server> {
  const child = spawn(
    program,
    ['-D', dataDir, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    {
      ...account,
      cwd: '/',
      env: SERVER_ENVIRONMENT,
      detached: true, // a group of its own: Ctrl-C must not reach it before those who still need it have ended
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  )
  // Kept from the start: a listener added after the end would never hear of it.
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, by) => resolve(by ?? `code ${code}`))
    child.once('error', (error) => resolve(error.message))
  })
  const log: string[] = []
  try {
    await ready(child, log, ended)
  } catch (error) {
    if (child.pid !== undefined) signal(child.pid, 'SIGQUIT')
    await ended
    throw error
  }
  const pid = child.pid
  if (pid === undefined) throw new Error('The server is ready, yet has no pid.')

  const resume = (): void => {
    for (const backend of childrenOf(pid)) signal(backend, 'SIGCONT')
    signal(pid, 'SIGCONT')
  }
  return {
    pid,
    ended,
    resume,
    pause() {
      signal(pid, 'SIGSTOP') // first the one that makes children
      for (const backend of childrenOf(pid)) signal(backend, 'SIGSTOP')
    },
    async stop() {
      resume() // a stopped process hears no other signal
      const family = childrenOf(pid)
      signal(pid, 'SIGINT')
      const harder = setTimeout(() => signal(pid, 'SIGQUIT'), 5_000)
      const hardest = setTimeout(() => [pid, ...family].forEach((each) => signal(each, 'SIGKILL')), 8_000)
      await ended
      clearTimeout(harder)
      clearTimeout(hardest)
    },
  }
}

function ready(child: ChildProcess, log: string[], ended: Promise<string>): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      const taken = log.some(
        (line) => line.includes('could not bind') || line.includes('could not create any TCP/IP sockets'),
      )
      const words = `Postgres did not start (${why}): ${log.slice(-5).join(' | ')}`
      reject(taken ? new PortTaken(words) : new Error(words))
    }
    const late = setTimeout(() => fail(`not ready within ${READY_WITHIN_MS} ms`), READY_WITHIN_MS)
    // Read to the end even when nobody looks: a full pipe would block the server.
    child.stderr?.on('data', (chunk: Buffer) => {
      log.push(
        ...chunk
          .toString()
          .split('\n')
          .filter((line) => line !== ''),
      )
      log.splice(0, log.length - LOG_LINES)
      if (!log.some((line) => line.includes(READY))) return
      clearTimeout(late)
      resolve()
    })
    child.once('close', () => clearTimeout(late))
    void ended.then((how) => fail(`it ended with ${how}`))
  })
}
