import { spawn } from 'node:child_process'

/**
 * Ends a child (SIGINT) and removes its folder when this process is gone, however it went (kill -9 included): a shell
 * waits on a pipe that only we hold open. Called off by itself when the child has ended, before its pid can be
 * somebody else's.
 */
export function keep(child: { readonly pid: number; readonly ended: Promise<unknown> }, folder: string): void {
  const script = [
    'cat >/dev/null; kill -INT "$1"; n=0',
    'while [ $n -lt 100 ] && kill -0 "$1" 2>/dev/null; do sleep 0.1; n=$((n + 1)); done',
    '[ $n -lt 100 ] || kill -KILL "$1"', // ten seconds are enough for anybody
    'rm -rf -- "$2"',
  ].join('\n')
  const keeper = spawn('/bin/sh', ['-c', script, 'keeper', String(child.pid), folder], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  keeper.on('error', () => undefined) // without a shell the child is merely not looked after
  keeper.stdin.on('error', () => undefined)
  keeper.unref()
  void child.ended.then(() => {
    keeper.kill('SIGKILL') // the shell first: the end of the pipe is its signal to act
    return keeper.stdin.destroy()
  })
}
