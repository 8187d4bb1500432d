import { lstatSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { childrenOf, signal, startOf } from '../postgres/processes.js'

/** One process: the pid alone is reused, pid and start are not. */
type ProcessName = { readonly pid: number; readonly start: string }

type RecordFile = {
  readonly demo: ProcessName
  readonly processes: readonly (ProcessName & { readonly what: string })[]
  readonly folders: readonly string[]
}

/** What a running demo writes down, so that the next one can clear up after it if it is killed. */
export type DemoRecord = {
  addProcess(what: string, pid: number): void
  addFolder(folder: string): void
  /** Kills what was recorded and removes its folders, at once and without asking. */
  destroy(): void
  /** Everything ended as it should. */
  remove(): void
}

const FOLDER_PREFIX = 'lifeguard-'

/** The fixed place where this user's demos keep their records, logs and data; made when missing. Throws when it is not ours. */
export function demoHome(tmp: string = tmpdir()): string {
  const home = join(tmp, `${FOLDER_PREFIX}demo-${userInfo().uid}`)
  mkdirSync(home, { mode: 0o700, recursive: true })
  const found = lstatSync(home)
  // Anybody may make files in the temporary folder: never follow what somebody else has put there.
  if (!found.isDirectory() || (process.getuid !== undefined && found.uid !== process.getuid())) {
    throw new Error(`${home} is not a folder of ours: remove it, or set TMPDIR to another place.`)
  }
  return home
}

/** Starts this process's record. */
export function openRecord(home: string): DemoRecord {
  const file = join(home, `${process.pid}.json`)
  let content: RecordFile = {
    demo: { pid: process.pid, start: startOf(process.pid) ?? '' },
    processes: [],
    folders: [],
  }
  const write = (next: RecordFile): void => {
    content = next
    writeFileSync(file, JSON.stringify(content), { mode: 0o600 })
  }
  write(content)
  return {
    addProcess(what, pid) {
      const start = startOf(pid)
      if (start !== undefined) write({ ...content, processes: [...content.processes, { what, pid, start }] })
    },
    addFolder: (folder) => write({ ...content, folders: [...content.folders, folder] }),
    destroy() {
      for (const left of content.processes.filter(isSame))
        for (const pid of [left.pid, ...childrenOf(left.pid)]) signal(pid, 'SIGKILL')
      for (const folder of content.folders) removeFolder(folder, home)
      rmSync(file, { force: true })
    },
    remove: () => rmSync(file, { force: true }),
  }
}

/**
 * Ends what killed demos have left running and removes their folders, logs and records. Demos that still run are
 * left alone. Each process is ended only when it is the one recorded. Returns one line per process ended.
 */
export async function endLeftovers(home: string): Promise<readonly string[]> {
  const said: string[] = []
  for (const name of readdirSync(home).filter((each) => each.endsWith('.json'))) {
    const record = readRecord(join(home, name))
    if (record !== undefined && isSame(record.demo)) continue
    for (const left of record?.processes ?? []) {
      if (!isSame(left)) continue
      await end(left)
      said.push(`ended a ${left.what} that an earlier demo left behind (pid ${left.pid})`)
    }
    for (const folder of record?.folders ?? []) removeFolder(folder, home)
    rmSync(join(home, name), { force: true })
  }
  // Logs outlive their demo until the next one starts, to be read.
  const names = readdirSync(home)
  for (const name of names.filter((each) => each.endsWith('.log') && !names.includes(each.replace('.log', '.json')))) {
    rmSync(join(home, name), { force: true })
  }
  return said
}

/** First politely, for both hold files open; for good after 3 s. */
async function end(left: ProcessName): Promise<void> {
  const family = [left.pid, ...childrenOf(left.pid)]
  signal(left.pid, 'SIGCONT')
  signal(left.pid, 'SIGINT')
  const deadline = Date.now() + 3_000
  while (isSame(left) && Date.now() < deadline) await sleep(50)
  if (!isSame(left)) return
  for (const pid of family) signal(pid, 'SIGKILL')
  while (isSame(left)) await sleep(20)
}

function isSame({ pid, start }: ProcessName): boolean {
  return startOf(pid) === start
}

// A record is a file like any other: it may name folders to remove, but only such as a demo makes.
function removeFolder(folder: string, home: string): void {
  const parents = [realpathSync(tmpdir()), realpathSync(home)]
  try {
    if (!parents.includes(realpathSync(dirname(folder))) || !basename(folder).startsWith(FOLDER_PREFIX)) return
  } catch {
    return // gone with its parent
  }
  rmSync(folder, { recursive: true, force: true })
}

function readRecord(file: string): RecordFile | undefined {
  try {
    const { demo, processes, folders } = JSON.parse(readFileSync(file, 'utf8')) as Partial<RecordFile>
    return demo === undefined ? undefined : { demo, processes: processes ?? [], folders: folders ?? [] }
  } catch {
    return undefined // cut short by the kill: there is nothing to learn from it
  }
}
