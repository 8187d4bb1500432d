import { pinoLog } from '../adapters/log/pino.js'
import type { Config } from '../ports/config.js'
import type { Log } from '../ports/log.js'

/** The log on standard output, with every secret of the configuration taken out of every line. */
export function openLog(config: Config): Log {
  const secrets = [
    config.discord.token,
    ...config.servers.flatMap((server) => [
      server.connection.password,
      server.connection.tls.key,
      server.canary.kind === 'role' ? server.canary.password : undefined,
    ]),
  ].filter((secret) => secret !== undefined)
  return pinoLog({ level: config.logLevel, secrets })
}
