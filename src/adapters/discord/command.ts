import type {
  AutocompleteInteraction,
  ButtonInteraction,
  ChatInputCommandInteraction,
  RESTPostAPIChatInputApplicationCommandsJSONBody,
  StringSelectMenuInteraction,
} from 'discord.js'
import type { Press } from '../../messages/buttonId.js'
import type { Lifeguard } from '../../ports/lifeguard.js'

export type PressInteraction = ButtonInteraction | StringSelectMenuInteraction

/** One slash command with the buttons that belong to it. It parses, defers, asks Lifeguard once, and renders. */
export type Command = {
  readonly data: RESTPostAPIChatInputApplicationCommandsJSONBody
  run(interaction: ChatInputCommandInteraction, lifeguard: Lifeguard): Promise<void>
  /** Values to offer while somebody types; sent by the router, cut to 25. */
  suggest?(interaction: AutocompleteInteraction, lifeguard: Lifeguard): readonly string[]
  /** The buttons and selects this file answers; each kind belongs to one command only. */
  readonly presses?: Partial<{ readonly [K in Press['kind']]: PressHandler<K> }>
}

export type PressHandler<K extends Press['kind']> = (
  press: Extract<Press, { kind: K }>,
  interaction: PressInteraction,
  lifeguard: Lifeguard,
) => Promise<void>
