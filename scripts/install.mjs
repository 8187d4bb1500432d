/**
 * Installs what package-lock.json names and node_modules lacks; does nothing, in a tenth of a second, when all is there.
 * No stamp file: npm's own record of what it installed (node_modules/.package-lock.json) is compared with the lockfile,
 * so an install by hand, by CI or one that was cut short is seen for what it is.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const lock = join(root, '.install-lock')
const holder = join(lock, 'pid')

if (whatIsMissing() !== undefined) {
  await takeLock()
  let status = 0
  try {
    // Somebody else may have installed while this one waited.
    const why = whatIsMissing()
    if (why !== undefined) status = install(why)
  } finally {
    rmSync(lock, { recursive: true, force: true })
  }
  process.exitCode = status
}

/** Why an install is needed, in a few words; undefined when it is not. */
function whatIsMissing() {
  const wanted = packagesOf(join(root, 'package-lock.json'))
  if (wanted === undefined) throw new Error('package-lock.json cannot be read: is this a whole checkout?')
  const present = packagesOf(join(root, 'node_modules', '.package-lock.json'))
  if (present === undefined) return 'nothing is installed yet'
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '' || entry.link) continue
    const installed = present[path]
    const mayBeAbsent = entry.optional || entry.devOptional || entry.peer
    if (installed === undefined && !mayBeAbsent) return `${path} is not installed`
    if (installed !== undefined && installed.integrity !== entry.integrity) return `${path} is another version`
  }
  const extra = Object.keys(present).find((path) => !(path in wanted))
  return extra === undefined ? undefined : `${extra} is no longer wanted`
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages
  } catch {
    return undefined // absent, or written half: both mean an install is needed
  }
}

/** Waits while another install runs; takes over from one that died. */
async function takeLock() {
  let hasSaidSo = false
  for (;;) {
    try {
      mkdirSync(lock)
      writeFileSync(holder, String(process.pid))
      return
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
    if (isAbandoned()) {
      rmSync(lock, { recursive: true, force: true })
      continue
    }
    if (!hasSaidSo) process.stderr.write('Waiting for another install to end\n')
    hasSaidSo = true
    await sleep(200)
  }
}

/** Whether the lock's holder is gone. A lock without a pid is being made this moment, or its maker died in between. */
function isAbandoned() {
  try {
    const pid = Number(readFileSync(holder, 'utf8'))
    if (pid > 0) return !isAlive(pid)
  } catch {
    // no pid yet: its age decides
  }
  const made = statSync(lock, { throwIfNoEntry: false })?.mtimeMs
  return made !== undefined && Date.now() - made > 10_000
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

function install(why) {
  process.stderr.write(`Installing packages: ${why}\n`)
  const npm = process.env.npm_execpath
  const [command, ...first] = npm?.endsWith('npm-cli.js') ? [process.execPath, npm] : ['npm']
  // --include=dev: with NODE_ENV=production npm would leave out the compiler.
  const flags = ['ci', '--include=dev', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error']
  const { status, error } = spawnSync(command, [...first, ...flags], { cwd: root, stdio: ['ignore', 2, 2] })
  if (error) process.stderr.write(`npm could not be started: ${error.message}\n`)
  return status ?? 1
}
