import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export type RunningDemo = {
  /** The page. */
  readonly url: string
  /** All it has printed. */
  readonly said: () => string
  /** Ctrl-C; resolves with its exit code, null when it had to be killed. */
  readonly stop: () => Promise<number | null>
}

const ENTRY = fileURLToPath(new URL('../../sandbox/demo/main.js', import.meta.url))
const READY_WITHIN_MS = 90_000
const ENDED_WITHIN_MS = 25_000

/** `npm run demo` as a child process, ready when it has printed its page's address. Rejects with what it said otherwise. */
export async function startDemo(): Promise<RunningDemo> {
  const child = spawn(process.execPath, ['--enable-source-maps', ENTRY], { stdio: ['ignore', 'pipe', 'pipe'] })
  const exited = once(child, 'exit')
  let said = ''
  const url = await new Promise<string>((resolve, reject) => {
    const fail = (why: string) => {
      child.kill('SIGINT')
      reject(new Error(`the demo ${why}:\n${said}`))
    }
    const timer = setTimeout(fail, READY_WITHIN_MS, 'did not start in time')
    const listen = (chunk: string) => {
      said += chunk
      const found = /^ {2}Page +(http:\S+)$/m.exec(said)?.[1]
      if (found === undefined) return
      clearTimeout(timer)
      resolve(found)
    }
    child.stdout.setEncoding('utf8').on('data', listen)
    child.stderr.setEncoding('utf8').on('data', listen)
    child.once('exit', () => {
      clearTimeout(timer)
      fail('ended early')
    })
  })
  return {
    url,
    said: () => said,
    async stop() {
      child.kill('SIGINT')
      const harder = setTimeout(() => child.kill('SIGKILL'), ENDED_WITHIN_MS)
      await exited
      clearTimeout(harder)
      return child.exitCode
    },
  }
}
