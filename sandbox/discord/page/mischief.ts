import type { Controls } from '../controls.js'
import { FAULT_MENU } from '../faultMenu.js'
import { bySnowflake } from '../world/snowflake.js'
import type { World } from '../world/state.js'

/** Something a person can make go wrong with one press. */
type Mischief = {
  readonly key: string
  /** In words, whole: "No answer to the next new message in a channel". */
  readonly name: string
  /** Cannot be undone: the page asks twice. */
  readonly isFinal: boolean
  /** `channelId` is the channel that the page shows. Answers with a complaint when there is nothing to do it to. */
  readonly run: (world: World, controls: Controls, channelId: string) => string | undefined
}

/** The bot stops for good when its token is refused. */
const FATAL = 'token-reset'

/** The menu of faults, and what concerns the channel that is open. */
export const MISCHIEF: readonly Mischief[] = [
  ...FAULT_MENU.map((item): Mischief => {
    const isFinal = item.key === FATAL
    return {
      key: item.key,
      name: isFinal ? `${item.name}: it stops` : item.name,
      isFinal,
      run: (_world, controls) => done(() => item.run(controls)),
    }
  }),
  {
    key: 'delete-message',
    name: 'The bot’s first message in this channel is deleted',
    isFinal: true,
    run(world, controls, channelId) {
      const first = [...world.messages.values()]
        .filter((message) => message.channelId === channelId && message.authorId === world.botId)
        .sort(bySnowflake)[0]
      return first === undefined ? 'The bot has written nothing here.' : done(() => controls.deleteMessage(first.id))
    },
  },
  {
    key: 'delete-channel',
    name: 'This channel is deleted',
    isFinal: true,
    run: (world, controls, channelId) =>
      world.channels.has(channelId) ? done(() => controls.deleteChannel(channelId)) : 'There is no such channel.',
  },
]

function done(act: () => void): undefined {
  act()
}
