import { type Driver, driverOf } from '../driver/driver.js'
import type { ModalValues } from '../driver/modal.js'
import type { OptionValue } from '../driver/options.js'
import { DriverRefusal } from '../driver/refusal.js'
import { fieldsOf, itemsOf, textOf, type Fields } from '../limits/issue.js'
import type { World } from '../world/state.js'

type ActResult = { readonly status: number; readonly body: unknown }

/** What the page asks to be done for the acting user, by the same driver that tests use. 409: the client would not. */
export async function performAct(world: World, text: string): Promise<ActResult> {
  try {
    const act = fieldsOf(JSON.parse(text))
    return { status: 200, body: await perform(driverOf(world, textOf(act['as'])), act) }
  } catch (error) {
    if (error instanceof DriverRefusal) return { status: 409, body: { message: error.message } }
    if (error instanceof SyntaxError) return { status: 400, body: { message: 'not JSON' } }
    throw error
  }
}

async function perform(driver: Driver, act: Fields): Promise<unknown> {
  const options = fieldsOf(act['options']) as Readonly<Record<string, OptionValue>>
  const channel = textOf(act['channel'])
  const pointer = { customId: textOf(act['customId']) }
  switch (act['kind']) {
    case 'slash':
      return { interaction: (await driver.slash(textOf(act['command']), options, channel)).interactionId }
    case 'click':
      return { interaction: (await driver.click(textOf(act['message']), pointer)).interactionId }
    case 'select': {
      const values = itemsOf(act['values']).map(textOf)
      return { interaction: (await driver.select(textOf(act['message']), pointer, values)).interactionId }
    }
    case 'modal': {
      const values = fieldsOf(act['values']) as ModalValues
      return { interaction: (await driver.submitModal(textOf(act['interaction']), values)).interactionId }
    }
    case 'autocomplete': {
      const { command, option, text } = act
      const choices = await driver.autocomplete(textOf(command), textOf(option), textOf(text), options, channel)
      return { choices }
    }
    case 'say':
      return { message: (await driver.say(channel, textOf(act['text']))).id }
    default:
      throw new DriverRefusal(`the page cannot "${textOf(act['kind'])}"`)
  }
}
