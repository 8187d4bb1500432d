import type { AutocompleteInteraction, Interaction } from 'discord.js'
import { decodeButtonId, type Press } from '../../messages/buttonId.js'
import { renderBug, renderUnknownButton } from '../../messages/refusal.js'
import type { Lifeguard } from '../../ports/lifeguard.js'
import type { Log } from '../../ports/log.js'
import { codeOf, CODES, detailOf, isOutage, isUnauthorised } from './call.js'
import type { Command, PressHandler, PressInteraction } from './command.js'
import { asEphemeral, asReply } from './reply.js'

/** Sends every interaction to its one command. Holds no state: a button of before a restart is as good as a new one. */
export function routeInteractions(deps: {
  readonly commands: readonly Command[]
  readonly lifeguard: Lifeguard
  readonly log: Log
  readonly newRef: () => string
  readonly onUnauthorised: () => void
}): (interaction: Interaction) => Promise<void> {
  const { commands, lifeguard, log } = deps

  const answer = async (interaction: Interaction): Promise<void> => {
    if (interaction.isChatInputCommand()) {
      const command = commands.find((one) => one.data.name === interaction.commandName)
      if (command === undefined) throw new Error(`no command /${interaction.commandName}`)
      await command.run(interaction, lifeguard)
      return
    }
    if (interaction.isAutocomplete()) {
      await suggest(commands, interaction, lifeguard)
      return
    }
    if (interaction.isButton() || interaction.isStringSelectMenu()) await press(commands, interaction, lifeguard)
  }

  return async (interaction) => {
    try {
      await answer(interaction)
    } catch (error) {
      if (isUnauthorised(error)) deps.onUnauthorised()
      // Late, or a second instance answered first: Discord authorised nothing, and nothing was done.
      if (codeOf(error) === CODES.unknownInteraction) {
        log.warn({ interaction: interaction.id }, 'late click: Discord did not take the answer')
        return
      }
      const ref = deps.newRef()
      log.error({ err: error, ref }, 'interaction failed')
      // Discord refused the answer itself: it would refuse an apology too, and the fault is not ours to apologise for.
      if (isOutage(error)) return
      await apologise(interaction, ref, log)
    }
  }
}

async function press(commands: readonly Command[], interaction: PressInteraction, lifeguard: Lifeguard): Promise<void> {
  const decoded = decodeButtonId(interaction.customId)
  const handler = decoded === undefined ? undefined : handlerOf(commands, decoded)
  if (decoded === undefined || handler === undefined) {
    await interaction.reply(asEphemeral(renderUnknownButton()))
    return
  }
  await handler(decoded, interaction, lifeguard)
}

function handlerOf(commands: readonly Command[], decoded: Press): PressHandler<Press['kind']> | undefined {
  const found = commands.map((command) => command.presses?.[decoded.kind]).find((handler) => handler !== undefined)
  return found as PressHandler<Press['kind']> | undefined
}

async function suggest(
  commands: readonly Command[],
  interaction: AutocompleteInteraction,
  lifeguard: Lifeguard,
): Promise<void> {
  const command = commands.find((one) => one.data.name === interaction.commandName)
  const values = command?.suggest?.(interaction, lifeguard) ?? []
  // A choice is at most 100 characters; one cut short would name nobody, so a longer one is left out.
  await interaction.respond(
    values
      .filter((value) => value.length <= 100)
      .slice(0, 25)
      .map((value) => ({ name: value, value })),
  )
}

async function apologise(interaction: Interaction, ref: string, log: Log): Promise<void> {
  if (!interaction.isRepliable()) return
  try {
    if (interaction.deferred || interaction.replied) await interaction.editReply(asReply(renderBug(ref)))
    else await interaction.reply(asEphemeral(renderBug(ref)))
  } catch (error) {
    log.warn({ ref, detail: detailOf(error) }, 'the apology could not be told either')
  }
}
