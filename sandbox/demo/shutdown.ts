/** What must be undone, last first. */
export type Shutdown = {
  add(what: string, undo: () => Promise<void> | void): void
  /** Undoes everything once; a failure is told and stops nothing. */
  run(): Promise<void>
}

export function shutdownStack(tell: (line: string) => void): Shutdown {
  const stack: { what: string; undo: () => Promise<void> | void }[] = []
  return {
    add: (what, undo) => void stack.push({ what, undo }),
    async run() {
      for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
        try {
          await next.undo()
        } catch (error) {
          tell(`${next.what} did not end cleanly: ${error instanceof Error ? error.message : String(error)}`)
        }
      }
    },
  }
}

/** Under `npm run` one Ctrl-C may arrive twice, from the terminal and from npm: only a later one is a second one. */
const SAME_PRESS_MS = 1_000

/** Decides what a signal means: the first `begin`s the end, one after a while `force`s it. */
export function interruptions(now: () => number, begin: () => void, force: () => void): () => void {
  let first: number | undefined
  return () => {
    if (first === undefined) {
      first = now()
      begin()
    } else if (now() - first >= SAME_PRESS_MS) force()
  }
}
