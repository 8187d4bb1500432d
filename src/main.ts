import { readFileSync } from 'node:fs'
import { gettingStartedText } from './config/gettingStarted.js'
import { loadConfig } from './config/load.js'
import { problemsText } from './config/problem.js'
import { UserError } from './core/errors.js'
import { inviteLink } from './messages/invite.js'
import type { Config } from './ports/config.js'
import { applicationIdOf } from './config/value.js'
import { startBot } from './wire.js'
import { openLog } from './wire/log.js'
import { version } from './wire/version.js'

/** The bot. Exit codes: 0 stopped, 1 must not or cannot run, 2 settings need attention. */
async function main(): Promise<void> {
  const loaded = loadConfig({ env: process.env, readFile: (path) => readFileSync(path, 'utf8') })
  switch (loaded.kind) {
    case 'nothing set':
      process.stdout.write(`${gettingStartedText()}\n`)
      process.exitCode = 2
      return
    case 'problems':
      process.stderr.write(`${problemsText(loaded.problems)}\n`)
      if (loaded.inviteApplicationId !== undefined) {
        process.stderr.write(`Not in your server yet? ${inviteLink(loaded.inviteApplicationId)}\n`)
      }
      process.exitCode = 2
      return
    case 'config':
      await run(loaded.config)
  }
}

async function run(config: Config): Promise<void> {
  const log = openLog(config)
  const invite = applicationIdOf(config.discord.token.reveal())
  log.info(
    {
      version: version(),
      servers: config.servers.map((server) => server.name),
      ...(invite === undefined ? {} : { invite: inviteLink(invite) }),
    },
    'lifeguard starts',
  )

  const end = (code: number): void => {
    if (ending) return
    ending = true
    // discord.js may hold the process while it reconnects: after the stack has run, the process ends.
    void Promise.resolve(bot?.stop()).finally(() => process.exit(code))
  }
  let ending = false
  let bot: Awaited<ReturnType<typeof startBot>> | undefined

  process.on('SIGINT', () => end(0))
  process.on('SIGTERM', () => end(0))
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'unhandled rejection'))

  try {
    bot = await startBot(config, {
      log,
      version: version(),
      onFatal: (because) => {
        log.error({}, because)
        process.stderr.write(`lifeguard: ${because}\n`)
        end(1)
      },
    })
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    process.stderr.write(`lifeguard: ${error.message}\n`)
    process.exit(1)
  }
}

await main()
