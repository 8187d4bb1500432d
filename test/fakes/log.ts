import type { Log } from '../../src/ports/log.js'

/** A log that keeps its sentences. */
export function recordingLog(): Log & { readonly sentences: readonly string[] } {
  const sentences: string[] = []
  const keep = (_fields: Readonly<Record<string, unknown>>, sentence: string): void => {
    sentences.push(sentence)
  }
  const log = { debug: keep, info: keep, warn: keep, error: keep, sentences, child: () => log }
  return log
}
