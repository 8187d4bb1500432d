/** The processes a process started, also those that have since left its group (a Postgres, a browser). */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/**
 * Every living descendant of `pids`: { pid, startedAt, command }. Pid and start together name a process: pids are
 * reused. Empty where there is no `ps`.
 */
export async function descendantsOf(pids) {
  const all = await processes()
  const found = new Set(pids)
  const descendants = []
  for (let grew = true; grew;) {
    grew = false
    for (const one of all) {
      if (found.has(one.pid) || !found.has(one.parent)) continue
      found.add(one.pid)
      descendants.push(one)
      grew = true
    }
  }
  return descendants
}

/** Ends those of `candidates` that still live; answers with them. */
export async function endLeftovers(candidates) {
  if (candidates.length === 0) return []
  const living = new Set((await processes()).map(identity))
  const left = candidates.filter((one) => living.has(identity(one)))
  for (const { pid } of left) signal(pid, 'SIGKILL')
  return left
}

/** Sends a signal to a process (or, negative, to its group); one that is gone needs none. */
export function signal(pid, name) {
  try {
    process.kill(pid, name)
  } catch (error) {
    if (error.code !== 'ESRCH' && error.code !== 'EPERM') throw error
  }
}

function identity({ pid, startedAt }) {
  return `${pid} ${startedAt}`
}

async function processes() {
  const options = { env: { ...process.env, LC_ALL: 'C' }, maxBuffer: 16 * 1024 * 1024 }
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,stat=,lstart=,comm='], options).catch(() => ({
    stdout: '',
  }))
  return stdout.split('\n').flatMap((line) => {
    const [, pid, parent, stat, startedAt, command] =
      /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(\w+\s+\w+\s+\d+\s+[\d:]+\s+\d+)\s+(.*)$/.exec(line) ?? []
    // A zombie has ended already; only its parent can clear it away.
    return pid === undefined || stat.startsWith('Z')
      ? []
      : [{ pid: Number(pid), parent: Number(parent), startedAt, command }]
  })
}
