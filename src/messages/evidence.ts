import type { AlertMessage } from '../ports/alertChannel.js'
import { attachment, COLOUR, container, text, type Rendered } from './body.js'
import { code } from './escape.js'

/** What was kept before the first act, attached to the thread; or that nothing was, and why. */
export function renderEvidence(message: Extract<AlertMessage, { kind: 'evidence' }>): Rendered {
  const { incident, file, marker } = message
  const { evidence } = incident
  const words =
    evidence?.type === 'evidence.taken'
      ? [
          `**Evidence from before the first act:** ${evidence.backends} backends with their locks, and ${evidence.readings} readings of the last 15 minutes. No query text.`,
          `-# SHA-256 ${evidence.sha256} · ${marker}`,
        ]
      : [
          `**No evidence was kept before the first act:** ${code(evidence?.type === 'evidence.failed' ? evidence.detail : 'unknown', 200)}`,
          `The act was not held up for it.\n-# ${marker}`,
        ]
  return file === undefined
    ? container(COLOUR.grey, [text(words.join('\n'))])
    : container(COLOUR.grey, [text(words.join('\n')), attachment(file.name)], [file])
}
