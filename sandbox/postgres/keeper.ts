import { spawn } from 'node:child_process'
import type { Server } from './server.js'

/**
 * Ends the server when this process is gone, however it went (kill -9 included): a shell waits on a pipe that only
 * we hold open. Called off by itself when the server has ended, before its pid can be somebody else's.
 */
export function keep(server: Server, folder: string): void {
  const script = 'cat >/dev/null; kill -INT "$1" && while kill -0 "$1" 2>/dev/null; do sleep 0.1; done; rm -rf -- "$2"'
  const keeper = spawn('/bin/sh', ['-c', script, 'keeper', String(server.pid), folder], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  keeper.on('error', () => undefined) // without a shell the server is merely not looked after
  keeper.stdin.on('error', () => undefined)
  keeper.unref()
  void server.ended.then(() => {
    keeper.kill('SIGKILL') // the shell first: the end of the pipe is its signal to act
    return keeper.stdin.destroy()
  })
}
