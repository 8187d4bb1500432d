import type { APIInteraction } from 'discord-api-types/v10'
import type { Interaction, World } from './state.js'

/** Discord's: an interaction without a first answer is void after this. */
const ANSWER_WITHIN_MS = 3000
/** Discord's: how long follow-ups and edits are accepted. */
export const TOKEN_LIVES_MS = 15 * 60_000

/** Sends an interaction to the bot; three seconds by the clock without an answer make it fail. */
export function sendInteraction(world: World, interaction: Interaction, payload: APIInteraction): void {
  world.interactions.set(interaction.id, interaction)
  world.clock.after(ANSWER_WITHIN_MS, () => {
    if (world.interactions.get(interaction.id)?.state === 'waiting') {
      changeInteraction(world, interaction.id, { state: 'failed', isSettled: true })
    }
  })
  world.tell({ kind: 'interaction sent', interaction, payload })
}

/** Puts a changed record and tells of it. An id that is gone changes nothing. */
export function changeInteraction(world: World, id: string, change: Partial<Interaction>): void {
  const before = world.interactions.get(id)
  if (before === undefined) return
  const interaction = { ...before, ...change }
  world.interactions.set(id, interaction)
  world.tell({ kind: 'interaction changed', interaction })
}
