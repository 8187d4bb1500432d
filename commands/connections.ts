import { MessageFlags, SlashCommandBuilder } from 'discord.js'
import type { Command } from '../src/adapters/discord/command.js'
import { presserOf } from '../src/adapters/discord/presser.js'
import { asReplacement, asReply } from '../src/adapters/discord/reply.js'
import { GROUP_KEYS, type GroupKey } from '../src/core/watch/breakdown.js'
import type { Rendered } from '../src/messages/body.js'
import { renderConnections } from '../src/messages/connections.js'
import { renderOrphans } from '../src/messages/orphans.js'
import { renderIncident } from '../src/messages/incidents.js'
import { renderRefusal } from '../src/messages/refusal.js'
import type { ConnectionsAnswer } from '../src/ports/lifeguard.js'
import { optional, serverOption } from './options.js'

function keyOf(text: string | null | undefined): GroupKey {
  return GROUP_KEYS.find((key) => key === text) ?? 'application'
}

function render(answer: ConnectionsAnswer, by: GroupKey, page: number): Rendered {
  return answer.kind === 'refused' ? renderRefusal(answer) : renderConnections(answer, by, page)
}

/** /connections show and orphans: who holds connections, and the same behind a card's Inspect. */
export const connections: Command = {
  data: new SlashCommandBuilder()
    .setName('connections')
    .setDescription('Who holds connections')
    .addSubcommand((show) =>
      show
        .setName('show')
        .setDescription('Client backends grouped by one key, longest idle first')
        .addStringOption((by) =>
          by
            .setName('by')
            .setDescription('What to group by')
            .setRequired(true)
            .addChoices(...GROUP_KEYS.map((key) => ({ name: key, value: key }))),
        )
        .addStringOption(serverOption),
    )
    .addSubcommand((orphans) =>
      orphans
        .setName('orphans')
        .setDescription('Backends of pods that no longer exist, by the rollout they come from')
        .addStringOption(serverOption),
    )
    .toJSON(),

  async run(interaction, lifeguard) {
    await interaction.deferReply({ flags: MessageFlags.Ephemeral }) // Discord waits three seconds
    const answer = await lifeguard.connections(presserOf(interaction), optional(interaction, 'server'))
    if (interaction.options.getSubcommand() === 'orphans') {
      await interaction.editReply(asReply(answer.kind === 'refused' ? renderRefusal(answer) : renderOrphans(answer)))
      return
    }
    const by = keyOf(interaction.options.getString('by'))
    await interaction.editReply(asReply(render(answer, by, 0)))
  },

  suggest: (interaction, lifeguard) =>
    lifeguard.suggest(presserOf(interaction), undefined, 'server', interaction.options.getFocused()),

  presses: {
    // The card is everybody's: what one person looks at is shown to that person alone.
    async inspect(press, interaction, lifeguard) {
      await interaction.deferReply({ flags: MessageFlags.Ephemeral })
      const presser = presserOf(interaction)
      const found = await lifeguard.showIncident(presser, press.incident)
      if (found.kind === 'refused') {
        await interaction.editReply(asReply(renderRefusal(found)))
        return
      }
      if (found.kind === 'unknown incident') {
        await interaction.editReply(asReply(renderIncident(found)))
        return
      }
      const answer = await lifeguard.connections(presser, found.incident.server)
      await interaction.editReply(asReply(render(answer, 'role', 0)))
    },

    async connections(press, interaction, lifeguard) {
      await interaction.deferUpdate()
      const answer = await lifeguard.connections(presserOf(interaction), press.server)
      await interaction.editReply(asReplacement(render(answer, press.by, press.page)))
    },

    async 'group by'(press, interaction, lifeguard) {
      await interaction.deferUpdate()
      const by = keyOf(interaction.isStringSelectMenu() ? interaction.values[0] : undefined)
      const answer = await lifeguard.connections(presserOf(interaction), press.server)
      await interaction.editReply(asReplacement(render(answer, by, 0)))
    },
  },
}
