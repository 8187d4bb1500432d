/** What must be let go of at the end, in the reverse of the order it was taken. */
export type ShutdownStack = {
  push(name: string, release: () => Promise<void> | void): void
  /** Runs every release, newest first, each at most once; one that fails or hangs does not keep the others waiting. */
  run(onProblem: (name: string, error: unknown) => void): Promise<void>
}

const RELEASE_LIMIT_MS = 3_000

export function shutdownStack(): ShutdownStack {
  const releases: { readonly name: string; readonly release: () => Promise<void> | void }[] = []
  return {
    push: (name, release) => void releases.push({ name, release }),
    async run(onProblem) {
      for (let next = releases.pop(); next !== undefined; next = releases.pop()) {
        const { name, release } = next
        try {
          await withLimit(release)
        } catch (error) {
          onProblem(name, error)
        }
      }
    },
  }
}

async function withLimit(release: () => Promise<void> | void): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`did not end within ${RELEASE_LIMIT_MS / 1000} s`)), RELEASE_LIMIT_MS)
  })
  try {
    await Promise.race([Promise.resolve().then(release), late])
  } finally {
    clearTimeout(timer)
  }
}
