import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { until } from './world.js'

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url))

/** The bot as people run it: a process of its own, with nothing but environment variables. */
export type BotProcess = {
  readonly pid: number
  readonly output: () => string
  /** SIGKILL: no last word, no flush. */
  kill(): Promise<void>
  /** SIGTERM, as a service manager does; resolves with the exit code. */
  stop(): Promise<number | null>
  readonly ended: Promise<number | null>
}

export function startProcess(env: Readonly<Record<string, string>>): BotProcess {
  const child = spawn(process.execPath, ['--enable-source-maps', MAIN], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const ended = exitOf(child)
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal)
    return await ended
  }
  return {
    pid: child.pid ?? 0,
    output: () => output,
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
    ended,
  }
}

export async function onWatch(bot: BotProcess): Promise<void> {
  await until('the bot is on watch', () => bot.output().includes('lifeguard is on watch'))
}

async function exitOf(child: ChildProcess): Promise<number | null> {
  const [code] = (await once(child, 'exit')) as [number | null]
  return code
}
