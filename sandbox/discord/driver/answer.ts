import type {
  APIApplicationCommandOptionChoice,
  APIMessageTopLevelComponent,
  APIModalInteractionResponseCallbackData,
} from 'discord-api-types/v10'
import { type SeenMessage, seenMessage } from '../world/seen.js'
import type { Interaction, InteractionState, World } from '../world/state.js'

/** What became of something a person did. All of it is read fresh at every look. */
export type Answer = {
  readonly interactionId: string
  readonly state: () => InteractionState
  /**
   * Resolves with this answer once the bot has answered for good (a deferral and its edit count as one), opened a
   * modal, or failed by the clock. Rejects after `timeoutMs` of real time (default 10 s): the test would hang.
   */
  readonly wait: (timeoutMs?: number) => Promise<Answer>
  /** All words of the answer and its follow-ups; 'This interaction failed' when there was none in time. */
  readonly text: () => string
  /** The answer itself: @original. */
  readonly message: () => SeenMessage | undefined
  readonly followUps: () => readonly SeenMessage[]
  readonly components: () => readonly APIMessageTopLevelComponent[]
  readonly modal: () => APIModalInteractionResponseCallbackData | undefined
  readonly choices: () => readonly APIApplicationCommandOptionChoice[]
  readonly isEphemeral: () => boolean
  /** How often the answer was edited after its first words. */
  readonly edits: () => number
}

export const FAILED = 'This interaction failed'

export function answerTo(world: World, id: string): Answer {
  const interaction = (): Interaction => {
    const found = world.interactions.get(id)
    if (found === undefined) throw new Error(`interaction ${id} is gone`)
    return found
  }
  const seen = (messageId: string | undefined) => {
    const found = messageId === undefined ? undefined : world.messages.get(messageId)
    return found === undefined ? undefined : seenMessage(world, found)
  }
  const message = () => seen(interaction().originalId)
  const followUps = () => interaction().followUpIds.flatMap((messageId) => seen(messageId) ?? [])
  const answer: Answer = {
    interactionId: id,
    state: () => interaction().state,
    wait: (timeoutMs = 10_000) =>
      new Promise((resolve, reject) => {
        if (interaction().isSettled) {
          resolve(answer)
          return
        }
        const timer = setTimeout(() => {
          stop()
          const { label, state } = interaction()
          reject(new Error(`${label}: no answer in ${timeoutMs} ms of real time, it is ${state}`))
        }, timeoutMs)
        const stop = world.watch((happening) => {
          if (happening.kind !== 'interaction changed' || happening.interaction.id !== id) return
          if (!happening.interaction.isSettled) return
          stop()
          clearTimeout(timer)
          resolve(answer)
        })
      }),
    text: () =>
      interaction().state === 'failed'
        ? FAILED
        : [message(), ...followUps()]
            .map((part) => part?.text ?? '')
            .filter((text) => text !== '')
            .join('\n'),
    message,
    followUps,
    components: () => message()?.components ?? [],
    modal: () => interaction().modal,
    choices: () => interaction().choices ?? [],
    isEphemeral: () => message()?.viewer !== undefined,
    edits: () => message()?.edits ?? 0,
  }
  return answer
}
