import type { Seed } from '../discord/world/seed.js'

export const CHANNEL = 'incidents'

export const ROLES = { operate: 'DevOps', view: 'Helpers', page: 'On call' } as const

/** The people one can act as on the page. */
export const PEOPLE = { operator: 'Olga', secondOperator: 'Omar', viewer: 'Vera', outsider: 'Nils' } as const

const BOT_ID = '1120250000000000001'

/** Shaped like a real token (the first part is the application's id), and worth nothing. */
export const TOKEN = `${Buffer.from(BOT_ID).toString('base64url')}.demo.not-a-real-token`

export const GUILD: Seed = {
  guild: { name: 'The Pool' },
  channels: [{ name: CHANNEL }, { name: 'general' }],
  roles: [
    { name: ROLES.operate, color: 0x2f7d6d },
    { name: ROLES.view, color: 0x5a6fb0 },
    { name: ROLES.page, mentionable: true, color: 0xb0603a },
  ],
  members: [
    { name: PEOPLE.operator, roles: [ROLES.operate, ROLES.page] },
    { name: PEOPLE.secondOperator, roles: [ROLES.operate] },
    { name: PEOPLE.viewer, roles: [ROLES.view] },
    { name: PEOPLE.outsider, roles: [] },
  ],
  bot: {
    id: BOT_ID,
    name: 'Lifeguard',
    permissions: [
      'ViewChannel',
      'SendMessages',
      'SendMessagesInThreads',
      'CreatePublicThreads',
      'EmbedLinks',
      'AttachFiles',
      'ReadMessageHistory',
    ],
  },
}
