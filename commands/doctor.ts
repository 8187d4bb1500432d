import { MessageFlags, SlashCommandBuilder } from 'discord.js'
import type { Command } from '../src/adapters/discord/command.js'
import { presserOf } from '../src/adapters/discord/presser.js'
import { asReply } from '../src/adapters/discord/reply.js'
import { renderDoctor } from '../src/messages/doctor.js'
import { renderRefusal } from '../src/messages/refusal.js'
import { optional, serverOption } from './options.js'

/** /doctor: what is wrong with a server before any incident. */
export const doctor: Command = {
  data: new SlashCommandBuilder()
    .setName('doctor')
    .setDescription('What is wrong with a server before any incident, with the lines that mend it')
    .addStringOption(serverOption)
    .toJSON(),

  async run(interaction, lifeguard) {
    await interaction.deferReply({ flags: MessageFlags.Ephemeral }) // Discord waits three seconds
    const answer = await lifeguard.doctor(presserOf(interaction), optional(interaction, 'server'))
    await interaction.editReply(asReply(answer.kind === 'refused' ? renderRefusal(answer) : renderDoctor(answer)))
  },

  suggest: (interaction, lifeguard) =>
    lifeguard.suggest(presserOf(interaction), undefined, 'server', interaction.options.getFocused()),
}
