import {
  MessageFlags,
  SlashCommandBuilder,
  type ChatInputCommandInteraction,
  type SlashCommandSubcommandBuilder,
} from 'discord.js'
import type { Command, PressInteraction } from '../src/adapters/discord/command.js'
import { presserOf } from '../src/adapters/discord/presser.js'
import { asEphemeral, asReplacement, asReply } from '../src/adapters/discord/reply.js'
import type { StaleFilter, StaleOrigin } from '../src/core/incident/event.js'
import { note, renderPreview } from '../src/messages/preview.js'
import { renderAct, renderActAnswer } from '../src/messages/outcome.js'
import { renderRefusal } from '../src/messages/refusal.js'
import type { Lifeguard, PreviewAnswer, PreviewTarget } from '../src/ports/lifeguard.js'
import { durationMs, optional, serverOption } from './options.js'

const STATES: Readonly<Record<string, StaleFilter['states']>> = {
  both: ['idle', 'idle in transaction'],
  idle: ['idle'],
  'idle in transaction': ['idle in transaction'],
}

const ORIGINS: Readonly<Record<string, StaleOrigin>> = { orphans: 'orphans', previous: 'previous rollout' }

function byOrigin(subcommand: SlashCommandSubcommandBuilder): SlashCommandSubcommandBuilder {
  return subcommand
    .addStringOption((role) => role.setName('role').setDescription('Of this role alone').setAutocomplete(true))
    .addStringOption((application) =>
      application.setName('application').setDescription('Of this application_name alone').setAutocomplete(true),
    )
    .addStringOption(serverOption)
}

/** /terminate stale, orphans and previous: a preview; the button under it does the work. */
export const terminate: Command = {
  data: new SlashCommandBuilder()
    .setName('terminate')
    .setDescription('End backends that do no work')
    .addSubcommand((stale) =>
      stale
        .setName('stale')
        .setDescription('Preview stale backends of an application or a role; nothing is done until you confirm')
        .addStringOption((application) =>
          application.setName('application').setDescription('application_name, exactly').setAutocomplete(true),
        )
        .addStringOption((role) => role.setName('role').setDescription('Database role, exactly').setAutocomplete(true))
        .addStringOption((state) =>
          state
            .setName('state')
            .setDescription('Which state; both when left out')
            .addChoices(...Object.keys(STATES).map((name) => ({ name, value: name }))),
        )
        .addStringOption((age) =>
          age
            .setName('min_age')
            .setDescription('At least this long in that state, such as 15m or 2h; the stale rule when left out'),
        )
        .addStringOption(serverOption),
    )
    .addSubcommand((orphans) =>
      byOrigin(orphans)
        .setName('orphans')
        .setDescription('Preview idle backends of pods that no longer exist; nothing is done until you confirm'),
    )
    .addSubcommand((previous) =>
      byOrigin(previous)
        .setName('previous')
        .setDescription('Preview idle backends of terminating pods of a replaced rollout; nothing until you confirm'),
    )
    .toJSON(),

  async run(interaction, lifeguard) {
    await interaction.deferReply({ flags: MessageFlags.Ephemeral }) // Discord waits three seconds
    const age = optional(interaction, 'min_age')
    const minAgeMs = age === undefined ? undefined : durationMs(age)
    if (age !== undefined && minAgeMs === undefined) {
      await interaction.editReply(
        asReply(
          note([
            '`min_age` is not a length of time: give a number with s, m, h or d, such as `15m` or `2h`.',
            'Nothing was done.',
          ]),
        ),
      )
      return
    }
    const origin = ORIGINS[interaction.options.getSubcommand()]
    const target: PreviewTarget = {
      kind: 'filter',
      server: optional(interaction, 'server'),
      filter: { ...filterOf(interaction, minAgeMs), ...(origin === undefined ? {} : { origin }) },
    }
    await showPreview(await lifeguard.preview(presserOf(interaction), target), interaction)
  },

  suggest(interaction, lifeguard) {
    const focused = interaction.options.getFocused(true)
    const field = focused.name === 'role' || focused.name === 'server' ? focused.name : 'application'
    return lifeguard.suggest(presserOf(interaction), optional(interaction, 'server'), field, focused.value)
  },

  presses: {
    async 'terminate stale'(press, interaction, lifeguard) {
      await interaction.deferReply({ flags: MessageFlags.Ephemeral })
      await showPreview(
        await lifeguard.preview(presserOf(interaction), { kind: 'incident', incident: press.incident }),
        interaction,
      )
    },

    async 'terminate origin'(press, interaction, lifeguard) {
      await interaction.deferReply({ flags: MessageFlags.Ephemeral })
      const { incident, origin } = press
      await showPreview(
        await lifeguard.preview(presserOf(interaction), { kind: 'incident', incident, origin }),
        interaction,
      )
    },

    async 'terminate orphans'(press, interaction, lifeguard) {
      await interaction.deferReply({ flags: MessageFlags.Ephemeral })
      const filter: StaleFilter = { states: STATES['both'] ?? [], origin: 'orphans' }
      await showPreview(
        await lifeguard.preview(presserOf(interaction), { kind: 'filter', server: press.server, filter }),
        interaction,
      )
    },

    async terminate(press, interaction, lifeguard) {
      await interaction.deferUpdate()
      await actOn(press.preview, interaction, lifeguard)
    },
  },
}

function filterOf(interaction: ChatInputCommandInteraction, minAgeMs: number | undefined): StaleFilter {
  const application = optional(interaction, 'application')
  const role = optional(interaction, 'role')
  return {
    ...(application === undefined ? {} : { applicationName: application }),
    ...(role === undefined ? {} : { role }),
    states: STATES[optional(interaction, 'state') ?? 'both'] ?? [],
    ...(minAgeMs === undefined ? {} : { minAgeMs }),
  }
}

async function showPreview(
  answer: PreviewAnswer,
  interaction: ChatInputCommandInteraction | PressInteraction,
): Promise<void> {
  await interaction.editReply(asReply(answer.kind === 'refused' ? renderRefusal(answer) : renderPreview(answer)))
}

async function actOn(preview: string, interaction: PressInteraction, lifeguard: Lifeguard): Promise<void> {
  const answer = await lifeguard.act(presserOf(interaction), preview)
  // A refusal, or a second press, must not paint over what the first press is about to show in this place.
  if (answer.kind === 'refused' || answer.kind === 'already pressed') {
    await interaction.followUp(asEphemeral(answer.kind === 'refused' ? renderRefusal(answer) : renderActAnswer(answer)))
    return
  }
  await interaction.editReply(asReplacement(renderActAnswer(answer)))
  if (answer.kind === 'acted') await interaction.editReply(asReplacement(renderAct(await answer.followUp)))
}
