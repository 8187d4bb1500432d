import type { Clock } from '../../ports/clock.js'
import type { Served } from './serve.js'

export type Sleep = Clock['sleep']

/** A call of one of the methods of a store that lives in a thread. */
export type Call<S extends Served, M extends keyof S> = {
  readonly method: M
  /** Made when its turn has come. */
  readonly args: () => Parameters<S[M]>
  /** From the asking, the wait for the turn included. */
  readonly limitMs: number
  /** Called with the answer, before anything else is sent. */
  readonly onAnswer?: (value: Awaited<ReturnType<S[M]>>) => void
  /** What to do when the thread answers after the call was rejected, or is up again after it ended during the call. */
  readonly onLate?: () => Call<S, M>
}

/** A call on its way: queued, or under way. */
export type Waiting = {
  readonly id: number
  readonly method: string
  readonly args: () => readonly unknown[]
  /** Each ends the measuring of the limit. */
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
  readonly onLate: () => Call<Served, string> | undefined
}

/** Makes a call that waits, and the promise for its answer; `runOut` is called when the limit passes before. */
export function waitingCall(
  { method, args, limitMs, onAnswer, onLate }: Call<Served, string>,
  id: number,
  { sleep, runOut }: { readonly sleep: Sleep; readonly runOut: (call: Waiting, limitMs: number) => void },
): { readonly call: Waiting; readonly answered: Promise<unknown> } {
  const limit = new AbortController()
  const { promise, resolve, reject } = withResolvers()
  const call: Waiting = {
    id,
    method,
    args,
    resolve(value) {
      limit.abort()
      onAnswer?.(value)
      resolve(value)
    },
    reject(error) {
      limit.abort()
      reject(error)
    },
    onLate: () => onLate?.(),
  }
  sleep(limitMs, limit.signal).then(
    () => runOut(call, limitMs),
    () => undefined, // answered in time
  )
  return { call, answered: promise }
}

function withResolvers() {
  let resolve: (value: unknown) => void = () => undefined
  let reject: (error: Error) => void = () => undefined
  const promise = new Promise<unknown>((...both) => {
    ;[resolve, reject] = both
  })
  return { promise, resolve, reject }
}
