import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino'
import type { Config, Secret } from '../../ports/config.js'
import type { Log } from '../../ports/log.js'
import { type Scrub, scrubber } from './scrub.js'

export type LogOptions = {
  readonly level: Config['logLevel']
  /** Every secret of the configuration: each is taken out of every line, wherever it stands. */
  readonly secrets: readonly Secret[]
  /** Standard output by default. */
  readonly destination?: DestinationStream
}

/** One JSON object a line: `time` (ISO 8601), `level` as a word, the fields, and the sentence as `msg`. */
export function pinoLog(options: LogOptions): Log {
  const logger = pino(
    {
      level: options.level,
      base: null, // pid and host are known to whoever collects the lines
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: (value: unknown) => value }, // scrubbed already; pino's own would print every property
    },
    options.destination ?? standardOutput(),
  )
  return over(logger, scrubber(options.secrets.map((secret) => secret.reveal())))
}

// Synchronous: pino's default loses the last lines of a process that is killed, and they are the ones we want.
function standardOutput(): DestinationStream {
  const stream = pino.destination({ dest: 1, sync: true })
  stream.on('error', () => undefined) // a full disk or a reader that left must not end the watch
  return stream
}

function over(logger: Logger, scrub: Scrub): Log {
  const at =
    (level: 'debug' | 'info' | 'warn' | 'error'): Log['info'] =>
    (fields, sentence) => {
      if (logger.isLevelEnabled(level)) logger[level](scrub.fields(fields), scrub.text(sentence))
    }
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => over(logger.child(scrub.fields(fields)), scrub),
  }
}
