import { setTimeout as pause } from 'node:timers/promises'

/** Tries until it neither throws nor rejects; then its last failure is the test's. */
export async function eventually<T>(attempt: () => Promise<T> | T, withinMs = 20_000): Promise<T> {
  const deadlineMs = Date.now() + withinMs
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if (Date.now() > deadlineMs) throw error
      await pause(50)
    }
  }
}
