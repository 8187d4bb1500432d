import {
  MessageFlags,
  SlashCommandBuilder,
  type ChatInputCommandInteraction,
  type SlashCommandStringOption,
} from 'discord.js'
import type { Command } from '../src/adapters/discord/command.js'
import { presserOf } from '../src/adapters/discord/presser.js'
import { asReply } from '../src/adapters/discord/reply.js'
import type { Rendered } from '../src/messages/body.js'
import { renderAcknowledged, renderIncident, renderIncidentList, renderResolved } from '../src/messages/incidents.js'
import { renderRefusal } from '../src/messages/refusal.js'
import type { AcknowledgeAnswer, Lifeguard } from '../src/ports/lifeguard.js'

function idOption(option: SlashCommandStringOption): SlashCommandStringOption {
  return option
    .setName('id')
    .setDescription('The reference at the foot of the card, such as 7QK2M')
    .setRequired(true)
    .setAutocomplete(true)
}

/** /incident: list, show, acknowledge, resolve; and the card's Acknowledge. */
export const incident: Command = {
  data: new SlashCommandBuilder()
    .setName('incident')
    .setDescription('Incidents: what is going on, and who has it in hand')
    .addSubcommand((list) => list.setName('list').setDescription('Open incidents, then the ended ones'))
    .addSubcommand((show) =>
      show.setName('show').setDescription('One incident and its timeline').addStringOption(idOption),
    )
    .addSubcommand((acknowledge) =>
      acknowledge
        .setName('acknowledge')
        .setDescription('Take an incident in hand; stops the paging')
        .addStringOption(idOption),
    )
    .addSubcommand((resolve) =>
      resolve
        .setName('resolve')
        .setDescription('Close an incident whose numbers are back, with a note')
        .addStringOption(idOption)
        .addStringOption((text) =>
          text.setName('note').setDescription('What it was and what ended it').setRequired(true).setMaxLength(500),
        ),
    )
    .toJSON(),

  async run(interaction, lifeguard) {
    await interaction.deferReply({ flags: MessageFlags.Ephemeral }) // Discord waits three seconds
    await interaction.editReply(asReply(await answerTo(interaction, lifeguard)))
  },

  suggest: (interaction, lifeguard) =>
    lifeguard.suggest(presserOf(interaction), undefined, 'incident', interaction.options.getFocused()),

  presses: {
    async acknowledge(press, interaction, lifeguard) {
      await interaction.deferReply({ flags: MessageFlags.Ephemeral })
      const answer = await lifeguard.acknowledge(presserOf(interaction), press.incident)
      await interaction.editReply(asReply(acknowledged(answer)))
    },
  },
}

async function answerTo(interaction: ChatInputCommandInteraction, lifeguard: Lifeguard): Promise<Rendered> {
  const presser = presserOf(interaction)
  const subcommand = interaction.options.getSubcommand()
  if (subcommand === 'list') {
    const answer = await lifeguard.listIncidents(presser)
    return answer.kind === 'refused' ? renderRefusal(answer) : renderIncidentList(answer.incidents)
  }
  const id = interaction.options.getString('id', true).trim().toUpperCase()
  switch (subcommand) {
    case 'show': {
      const answer = await lifeguard.showIncident(presser, id)
      return answer.kind === 'refused' ? renderRefusal(answer) : renderIncident(answer)
    }
    case 'acknowledge':
      return acknowledged(await lifeguard.acknowledge(presser, id))
    case 'resolve': {
      const answer = await lifeguard.resolve(presser, id, interaction.options.getString('note', true))
      return answer.kind === 'refused' ? renderRefusal(answer) : renderResolved(answer)
    }
    default:
      throw new Error(`no subcommand /incident ${subcommand}`)
  }
}

function acknowledged(answer: AcknowledgeAnswer): Rendered {
  return answer.kind === 'refused' ? renderRefusal(answer) : renderAcknowledged(answer)
}
