import type { AutocompleteInteraction, ChatInputCommandInteraction, SlashCommandStringOption } from 'discord.js'

/** The server a command is about; with one server nobody needs to name it. */
export function serverOption(option: SlashCommandStringOption): SlashCommandStringOption {
  return option
    .setName('server')
    .setDescription('Which server; not needed when only one is watched')
    .setAutocomplete(true)
}

/** A string option, undefined when it was left out or left empty. */
export function optional(
  interaction: ChatInputCommandInteraction | AutocompleteInteraction,
  name: string,
): string | undefined {
  const value = interaction.options.getString(name)?.trim()
  return value === undefined || value === '' ? undefined : value
}

const UNITS_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `15m`, `2h`, `90s`, `1d`, or minutes as a bare number. Undefined when it is none of these. */
export function durationMs(text: string): number | undefined {
  const found = /^(\d{1,6})\s*(s|m|min|h|d)?$/i.exec(text.trim())
  if (found === null) return undefined
  const unit = UNITS_MS[(found[2] ?? 'm').toLowerCase().slice(0, 1)]
  return unit === undefined ? undefined : Number(found[1]) * unit
}
