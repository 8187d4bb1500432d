import { parentPort, workerData } from 'node:worker_threads'
import type { Log } from '../../ports/log.js'
import { carryError, carryFields, type FromThread, type LogLevel, OPENING, type ToThread } from './threadMessage.js'

/** What a store does, as a thread carries it: every method takes and gives what a structured clone can copy. */
export type Served = { readonly [method: string]: (...args: never[]) => Promise<unknown> }

/** `workerData` of a store's thread. */
export type ThreadData = { readonly store: string; readonly dir: string; readonly options: object }

type Openers = { readonly [store: string]: (dir: string, options: { readonly log: Log }) => Promise<Served> }

/**
 * The life of a store's thread: opens the store that `workerData` names, then answers one call after the other.
 * The end comes from outside, when the other side has its answer to `close`, or none.
 */
export async function serve(openers: Openers): Promise<void> {
  const port = parentPort
  if (port === null) throw new Error('a store is served in a thread of its own, and this is none')
  const say = (message: FromThread) => port.postMessage(message)
  const { store: name, dir, options } = workerData as ThreadData
  const open = openers[name]
  if (open === undefined) throw new Error(`there is no store "${name}"`)

  let store: Served
  try {
    store = await open(dir, { ...options, log: sayingLog(say) })
  } catch (error) {
    say({ kind: 'failed', id: OPENING, error: carryError(error) })
    return
  }

  const answer = async ({ id, method, args }: ToThread): Promise<void> => {
    try {
      const call = store[method]
      if (call === undefined) throw new TypeError(`the store "${name}" has no ${method}`)
      say({ kind: 'answered', id, value: await call(...(args as never[])) })
    } catch (error) {
      say({ kind: 'failed', id, error: carryError(error) })
    }
  }
  port.on('message', (message: ToThread) => void answer(message))
  say({ kind: 'answered', id: OPENING, value: undefined })
}

function sayingLog(say: (message: FromThread) => void): Log {
  const at = (level: LogLevel, always: object): Log[LogLevel] => {
    return (fields, sentence) => say({ kind: 'log', level, fields: carryFields({ ...always, ...fields }), sentence })
  }
  const withFields = (always: object): Log => ({
    debug: at('debug', always),
    info: at('info', always),
    warn: at('warn', always),
    error: at('error', always),
    child: (more) => withFields({ ...always, ...more }),
  })
  return withFields({})
}
