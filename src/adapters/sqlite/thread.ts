import { setTimeout as sleepFor } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { DependencyError } from '../../core/errors.js'
import type { Log } from '../../ports/log.js'
import type { Served, ThreadData } from './serve.js'
import { type Call, type Sleep, type Waiting, waitingCall } from './threadCall.js'
import { errorFrom, fieldsFrom, type FromThread, OPENING, type ToThread } from './threadMessage.js'

/** For opening and for reading all: bounded, so that a disk that hangs at the start does not keep the watch waiting for ever. */
export const PATIENT_LIMIT_MS = 30_000
/** Below what shutdown gives each of its releases (3 s). */
const CLOSE_LIMIT_MS = 2_500
const ENTRY = new URL('./worker.js', import.meta.url)

export type ThreadDeps = {
  readonly log: Log
  /** Measures the limits. */
  readonly sleep?: Sleep
  /** Another than worker.js; it must call `serve`. */
  readonly entry?: URL
}

/** What to serve. `options` crosses as a structured clone. */
export type Serving = ThreadData & { readonly file: string; readonly dependency: DependencyError['dependency'] }

/**
 * A store behind a thread. A call is done, failed, or its outcome is not known: DependencyError when the limit
 * passed or the thread ended while it was under way. One that the thread never got is not done, now or later.
 */
export type Thread<S extends Served> = {
  ask<M extends keyof S & string>(call: Call<S, M>): Promise<Awaited<ReturnType<S[M]>>>
  /** Closes the store and ends the thread; rejects with DependencyError when that takes longer than 2.5 s. */
  close(): Promise<void>
}

/**
 * Starts a thread and opens its store there; rejects as the opening does.
 *
 * libSQL works synchronously. Here a disk that hangs, or a big write, stops a thread and not the watch. The thread gets
 * one call at a time, so that at most one outcome is ever unknown. While that one is overdue, all others are refused at
 * once: news must not wait for a disk that hangs. A thread that ends by itself is started again, once.
 *
 * The price, measured on two cores: 0.4 ms an append (1.1 ms against 0.7 ms, median of 1,000) and 0.2 s at the start. A
 * save of 50,000 sightings holds the event loop for a tenth of the time it did, to copy them.
 *
 * A thread cannot be stopped within a call to the system, and the end of the process waits for its threads. A process
 * that ends while a call is overdue therefore ends by SIGKILL: the files are made for that.
 */
export async function startThread<S extends Served>(serving: Serving, deps: ThreadDeps): Promise<Thread<S>> {
  const { file, dependency } = serving
  const { log, sleep = (ms, signal) => sleepFor(ms, undefined, signal && { signal }) } = deps
  let worker: Worker | undefined
  let lastId = OPENING
  let current: Waiting | undefined
  let isOverdue = false
  let isUp = false
  let queue: readonly Waiting[] = []
  let wasRestarted = false
  let dead: DependencyError | undefined
  let closing: Promise<void> | undefined

  const failure = (words: string, cause?: unknown) =>
    new DependencyError(dependency, `${file}: ${words}`, cause === undefined ? {} : { cause })
  const noAnswer = (limitMs: number) =>
    failure(
      `the disk has not answered for ${limitMs / 1000} s. Check that it is mounted, whole and not overloaded; ` +
        'Lifeguard goes on with it by itself once it answers.',
    )
  const measure = { sleep, runOut }
  const endHard = () => void process.kill(process.pid, 'SIGKILL')

  function setOverdue(now: boolean): void {
    if (now === isOverdue) return
    isOverdue = now
    if (now) process.once('exit', endHard)
    else process.removeListener('exit', endHard)
  }

  function runOut(call: Waiting, limitMs: number): void {
    const error = noAnswer(limitMs)
    if (call === current) {
      setOverdue(true)
      worker?.unref()
      log.error({ file, method: call.method, limitMs }, 'the disk does not answer')
      refuseQueue(error, (one) => one.method !== 'close')
    }
    queue = queue.filter((one) => one !== call)
    call.reject(error)
  }

  function refuseQueue(error: Error, isMeant: (one: Waiting) => boolean = () => true): void {
    const refused = queue.filter(isMeant)
    queue = queue.filter((one) => !refused.includes(one))
    for (const one of refused) one.reject(error)
  }

  function sendNext(): void {
    const [next, ...rest] = queue
    if (current !== undefined || !isUp || next === undefined) {
      if (current === undefined) worker?.unref()
      return
    }
    queue = rest
    current = next
    worker?.ref() // who waits for an answer keeps the process; an idle thread does not
    try {
      worker?.postMessage({ id: next.id, method: next.method, args: next.args() } satisfies ToThread, [])
    } catch (error) {
      current = undefined
      next.reject(new TypeError(`${next.method} was asked with what cannot be copied to a thread`, { cause: error }))
      sendNext()
    }
  }

  function take(message: FromThread): void {
    if (message.kind === 'log') return log[message.level](fieldsFrom(message.fields), message.sentence)
    const call = current
    if (call === undefined || call.id !== message.id) return
    current = undefined
    if (isOverdue) {
      // Whoever asked has been told that it failed: the answer must not be taken for one.
      setOverdue(false)
      log.info({ file, method: call.method }, 'the disk answers again')
      settle(call)
    } else if (message.kind === 'answered') call.resolve(message.value)
    else call.reject(errorFrom(message.error))
    sendNext()
  }

  /** What an outcome that was not known calls for comes before all that waits, a close included. */
  function settle({ method, onLate }: Waiting): void {
    const what = onLate()
    if (what === undefined) return
    lastId += 1
    const { call, answered } = waitingCall(what, lastId, measure)
    queue = [call, ...queue]
    answered.catch((error: unknown) => log.warn({ file, method, err: error }, 'an unknown outcome is not settled yet'))
  }

  async function open(): Promise<void> {
    const { store, dir, options } = serving
    const started = new Worker(deps.entry ?? ENTRY, {
      workerData: { store, dir, options } satisfies ThreadData,
      // A store makes little garbage; the default would hold on to tens of megabytes of it.
      resourceLimits: { maxYoungGenerationSizeMb: 4 },
    })
    let because: unknown
    worker = started
    started.on('message', take)
    started.on('error', (error) => (because = error))
    started.on('exit', () => (worker === started ? ended(because) : undefined))
    const { call, answered } = waitingCall(
      { method: 'open', args: () => [], limitMs: PATIENT_LIMIT_MS },
      OPENING,
      measure,
    )
    current = call
    await answered
    isUp = true
  }

  function ended(because: unknown): void {
    const cut = current
    current = undefined
    worker = undefined
    isUp = false
    setOverdue(false)
    const error = failure('its thread ended unexpectedly; see the log.', because)
    cut?.reject(error)
    if (closing !== undefined || cut?.id === OPENING || dead !== undefined) return refuseQueue(error)
    log.error({ file, err: because, isStartedAgain: !wasRestarted }, 'the thread of a file ended unexpectedly')
    if (wasRestarted)
      return give(failure('its thread ended unexpectedly, twice. Look at the log, and restart Lifeguard.'))
    wasRestarted = true
    void openAgain(cut)
  }

  async function openAgain(cut: Waiting | undefined): Promise<void> {
    try {
      await open()
      if (cut !== undefined) settle(cut)
      sendNext()
    } catch (error) {
      give(failure('its thread ended unexpectedly and could not be started again. Restart Lifeguard.', error))
    }
  }

  function give(up: DependencyError): void {
    dead = up
    refuseQueue(up)
    void worker?.terminate()
  }

  function enqueue(what: Parameters<typeof waitingCall>[0]): Promise<unknown> {
    lastId += 1
    const { call, answered } = waitingCall(what, lastId, measure)
    queue = [...queue, call]
    sendNext()
    return answered
  }

  async function closeOnce(): Promise<void> {
    try {
      if (dead === undefined) await enqueue({ method: 'close', args: () => [], limitMs: CLOSE_LIMIT_MS })
      await worker?.terminate()
    } catch (error) {
      log.warn({ file, err: error }, 'a file was left as it is: it did not close in time')
      if (worker !== undefined) setOverdue(true)
      void worker?.terminate() // takes effect when the disk answers
      throw error
    }
  }

  try {
    await open()
  } catch (error) {
    dead = failure('could not be opened.', error)
    void worker?.terminate()
    throw error
  }
  sendNext()

  return {
    ask(call) {
      if (dead !== undefined) return Promise.reject(dead)
      if (closing !== undefined) return Promise.reject(failure('it was closed.'))
      if (isOverdue) return Promise.reject(noAnswer(call.limitMs))
      // What comes back is what the method of that name gave: worker and this side are built together.
      return enqueue(call) as Promise<never>
    },
    close: () => (closing ??= closeOnce()),
  }
}
