import { MessageFlags, SlashCommandBuilder } from 'discord.js'
import type { Command } from '../src/adapters/discord/command.js'
import { presserOf } from '../src/adapters/discord/presser.js'
import { asReply } from '../src/adapters/discord/reply.js'
import { renderRefusal } from '../src/messages/refusal.js'
import { renderStatus } from '../src/messages/status.js'

/** /status: every server, and Lifeguard itself. */
export const status: Command = {
  data: new SlashCommandBuilder()
    .setName('status')
    .setDescription('Every server and Lifeguard itself, and what is degraded')
    .toJSON(),

  async run(interaction, lifeguard) {
    await interaction.deferReply({ flags: MessageFlags.Ephemeral }) // Discord waits three seconds
    const answer = await lifeguard.status(presserOf(interaction))
    await interaction.editReply(asReply(answer.kind === 'refused' ? renderRefusal(answer) : renderStatus(answer)))
  },
}
