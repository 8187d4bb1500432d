import { readFileSync } from 'node:fs'
import { gettingStartedText } from './config/gettingStarted.js'
import { loadConfig } from './config/load.js'
import { problemsText } from './config/problem.js'
import { DependencyError, UserError } from './core/errors.js'
import { sealJournal, verifyJournal } from './wire/journal.js'

const USAGE = `lifeguard: from the terminal, with the bot stopped

  lifeguard config check      are the settings whole? Starts nothing
  lifeguard journal verify    follow the journal's hash chain from its first event
  lifeguard journal seal      put a broken journal aside and start a new one

The journal is that of DATA_DIR (./data). From a checkout: npm run lifeguard -- journal verify`

/** Exit codes: 0 well, 1 not done, 2 called wrongly or settings need attention. */
async function main(words: readonly string[]): Promise<number> {
  switch (words.join(' ')) {
    case 'config check':
      return checkConfig()
    case 'journal verify':
      return await verify()
    case 'journal seal':
      return await seal()
    default:
      process.stdout.write(`${USAGE}\n`)
      return words.length === 0 || words[0] === '--help' || words[0] === 'help' ? 0 : 2
  }
}

function checkConfig(): number {
  const loaded = loadConfig({ env: process.env, readFile: (path) => readFileSync(path, 'utf8') })
  switch (loaded.kind) {
    case 'nothing set':
      process.stdout.write(`${gettingStartedText()}\n`)
      return 2
    case 'problems':
      process.stderr.write(`${problemsText(loaded.problems)}\n`)
      return 2
    case 'config': {
      const servers = loaded.config.servers.map(
        (server) => `${server.name} (${server.connection.host}:${server.connection.port})`,
      )
      process.stdout.write(
        `The settings are whole. Watched: ${servers.join(', ')}. Journal in ${loaded.config.dataDir}.\n`,
      )
      return 0
    }
  }
}

async function verify(): Promise<number> {
  const found = await verifyJournal(dataDir())
  if (found.kind === 'intact') {
    process.stdout.write(
      `The chain is whole: ${found.events} events, the last is ${found.lastSeq}, its hash ${found.lastHash}.\n`,
    )
    return 0
  }
  process.stdout.write(
    `The chain is broken at event ${found.firstBadSeq}: ${found.because}.\n` +
      `The last good event is ${found.lastGoodSeq}, its hash ${found.lastGoodHash}. Nothing was changed.\n` +
      'Keep a copy of the folder, then: lifeguard journal seal\n',
  )
  return 1
}

async function seal(): Promise<number> {
  const sealed = await sealJournal(dataDir())
  process.stdout.write(
    `The old journal is ${sealed.archivedAs} (nothing was deleted); the new one begins after event ${sealed.lastGoodSeq}, hash ${sealed.lastGoodHash}.\n` +
      'It is empty: incidents that were open are not known any more, and their cards stay as they are. If their cause is still there, new ones will be opened at the next start.\n',
  )
  return 0
}

function dataDir(): string {
  return process.env['DATA_DIR'] ?? './data'
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof UserError) && !(error instanceof DependencyError)) throw error
  process.stderr.write(`lifeguard: ${error.message}\n`)
  process.exitCode = 1
}
