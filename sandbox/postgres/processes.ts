import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'

const HAS_PROC = existsSync('/proc/self/stat')

/** Is there a process of this pid? One that we may not signal counts; one that has ended and waits to be collected does not. */
export function isAlive(pid: number): boolean {
  return startOf(pid) !== undefined
}

/**
 * When the process was started, in the system's own words: pid and start together name one process,
 * since pids are reused. Undefined when there is none, or when it has ended and only waits to be collected.
 */
export function startOf(pid: number): string | undefined {
  if (HAS_PROC) return statOf(pid)?.start
  const line = ps(['-o', 'stat=,lstart=', '-p', String(pid)])[0]
  return line === undefined || line.startsWith('Z') ? undefined : line.slice(line.indexOf(' ')).trim()
}

/** The direct children of a process. Postgres puts each backend in a group of its own, so a group signal misses them. */
export function childrenOf(parent: number): number[] {
  if (HAS_PROC) {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => statOf(pid)?.parent === parent)
  }
  return ps(['-A', '-o', 'pid=,ppid=']).flatMap((line) => {
    const [pid, ppid] = line.split(/\s+/).map(Number)
    return pid !== undefined && ppid === parent ? [pid] : []
  })
}

/** Sends a signal; false when the process is gone. Any other refusal (not ours) is thrown. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
    throw error
  }
}

// proc(5): the name stands in brackets and may hold anything; after it, state is field 3, ppid 4, starttime 22.
function statOf(pid: number): { readonly parent: number; readonly start: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const start = fields[19]
    return start === undefined || fields[0] === 'Z' || fields[0] === 'X'
      ? undefined
      : { parent: Number(fields[1]), start }
  } catch {
    return undefined // gone, perhaps between the listing and the reading
  }
}

function ps(args: readonly string[]): string[] {
  try {
    const text = execFileSync('ps', args, {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    return text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
  } catch {
    return [] // ps ends with 1 when it finds nothing
  }
}
