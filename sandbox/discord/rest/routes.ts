import type { Credentials } from '../credentials.js'
import { CHANNEL_ROUTES } from './channels.js'
import { COMMAND_ROUTES } from './commands.js'
import { guildRoutes } from './guild.js'
import { CALLBACK_ROUTES } from './interactions.js'
import { memberRoutes } from './members.js'
import { MESSAGE_ROUTES } from './messages.js'
import { PIN_ROUTES } from './pins.js'
import type { Route } from './route.js'
import { WEBHOOK_ROUTES } from './webhooks.js'

export type RoutesOptions = {
  readonly gatewayUrl: () => string
  readonly credentials: Pick<Credentials, 'startLimit'>
  /** Whether the application has the members intent. */
  readonly mayListMembers: boolean
}

/** Everything that the sandbox answers; the first route that fits takes the request. */
export function apiRoutes(options: RoutesOptions): readonly Route[] {
  return [
    ...guildRoutes(options.gatewayUrl, options.credentials),
    ...memberRoutes(options.mayListMembers),
    ...PIN_ROUTES, // before the messages: 'pins' is no message's id
    ...MESSAGE_ROUTES,
    ...CHANNEL_ROUTES,
    ...COMMAND_ROUTES,
    ...CALLBACK_ROUTES,
    ...WEBHOOK_ROUTES,
  ]
}
