import type {
  APIApplicationCommand,
  APIApplicationCommandOptionChoice,
  APIEmbed,
  APIInteraction,
  APIMessageTopLevelComponent,
  APIModalInteractionResponseCallbackData,
} from 'discord-api-types/v10'
import type { SandboxClock } from '../clock.js'

export type Role = {
  readonly id: string
  readonly name: string
  readonly permissions: bigint
  readonly mentionable: boolean
  /** RGB, 0 for none. */
  readonly color: number
  readonly position: number
}

export type Member = {
  /** The user's id. */
  readonly id: string
  readonly name: string
  readonly isBot: boolean
  /** Role ids, without @everyone. */
  readonly roles: readonly string[]
}

type Overwrite = {
  readonly id: string
  readonly kind: 'role' | 'member'
  readonly allow: bigint
  readonly deny: bigint
}

export type TextChannel = {
  readonly kind: 'text'
  readonly id: string
  readonly name: string
  readonly position: number
  readonly overwrites: readonly Overwrite[]
}

export type Thread = {
  readonly kind: 'thread'
  readonly id: string
  readonly name: string
  readonly parentId: string
  readonly ownerId: string
  readonly isArchived: boolean
  readonly isLocked: boolean
  readonly autoArchiveMinutes: number
  readonly lastActivityMs: number
  readonly archiveChangedMs: number
}

export type Channel = TextChannel | Thread

export type Attachment = {
  readonly id: string
  readonly filename: string
  readonly contentType: string
  readonly description?: string
  readonly bytes: Buffer
  readonly url: string
}

/** Whom a message really notified, when it was posted. */
export type Pings = {
  readonly everyone: boolean
  /** Role ids. */
  readonly roles: readonly string[]
  /** User ids. */
  readonly users: readonly string[]
}

export type Message = {
  readonly id: string
  readonly channelId: string
  readonly authorId: string
  /** discord-api-types' MessageType. */
  readonly type: number
  readonly content: string
  readonly embeds: readonly APIEmbed[]
  readonly components: readonly APIMessageTopLevelComponent[]
  readonly attachments: readonly Attachment[]
  /** discord-api-types' MessageFlags. */
  readonly flags: number
  readonly nonce?: string | number
  readonly editedMs?: number
  /** Set while it is pinned. */
  readonly pinnedMs?: number
  /** How often it was edited; the end of "thinking" is not an edit. */
  readonly edits: number
  /** Set on an ephemeral message: the one user who sees it. */
  readonly viewerId?: string
  readonly interactionId?: string
  readonly referenceId?: string
  readonly threadId?: string
  readonly pings: Pings
  /** Whom the text names after allowed_mentions, whether notified or not. */
  readonly mentions: Pings
}

export type InteractionState =
  | 'waiting' // not answered, and still in time
  | 'thinking' // type 5: a message is promised
  | 'deferred' // type 6: an edit is promised
  | 'answered'
  | 'modal'
  | 'choices'
  | 'failed' // three seconds went by

export type Interaction = {
  readonly id: string
  readonly token: string
  readonly kind: 'command' | 'autocomplete' | 'component' | 'modal'
  readonly userId: string
  readonly channelId: string
  readonly startedMs: number
  /** Of a menu command: discord-api-types' ApplicationCommandType; a slash command has none. */
  readonly commandType?: number
  /** What the user sees of it: "/connections show", or the custom id. */
  readonly label: string
  readonly state: InteractionState
  /** True once a promised message or edit has come, or nothing was promised. */
  readonly isSettled: boolean
  /** The message that bears the component that was used. */
  readonly sourceId?: string
  /** What @original means. */
  readonly originalId?: string
  readonly followUpIds: readonly string[]
  /** Of an autocomplete: the type of the option that is being typed. */
  readonly optionType?: number
  readonly modal?: APIModalInteractionResponseCallbackData
  readonly choices?: readonly APIApplicationCommandOptionChoice[]
}

/** What happened, for those who watch: the gateway, the driver, the page. */
export type Happening =
  | { readonly kind: 'message created' | 'message updated' | 'message deleted'; readonly message: Message }
  | { readonly kind: 'thread created' | 'thread updated'; readonly thread: Thread }
  | { readonly kind: 'channel deleted'; readonly channel: Channel }
  | { readonly kind: 'member updated'; readonly member: Member }
  | { readonly kind: 'role updated'; readonly role: Role }
  | { readonly kind: 'pins updated'; readonly channel: Channel; readonly lastPinMs?: number }
  | { readonly kind: 'commands changed' }
  /** A fault was switched on or used up, the clock was moved, the wire log grew: of interest to the page alone. */
  | { readonly kind: 'controls changed' }
  | { readonly kind: 'interaction sent'; readonly interaction: Interaction; readonly payload: APIInteraction }
  | { readonly kind: 'interaction changed'; readonly interaction: Interaction }

/** All there is. The maps are changed in place, the records in them never: a change puts a new record. */
export type World = {
  readonly clock: SandboxClock
  readonly nextId: () => string
  readonly guild: { readonly id: string; readonly name: string; readonly ownerId: string }
  /** The bot's user id, which is its application id too. */
  readonly botId: string
  readonly roles: Map<string, Role>
  readonly members: Map<string, Member>
  readonly channels: Map<string, Channel>
  readonly messages: Map<string, Message>
  readonly commands: Map<string, APIApplicationCommand>
  readonly interactions: Map<string, Interaction>
  /** Files that people sent with a command or a modal; no message bears them. */
  readonly uploads: Map<string, Attachment>
  /** When messages older than an hour were edited, per channel (epoch milliseconds). */
  readonly oldEdits: Map<string, readonly number[]>
  /** When commands were created (epoch milliseconds), within the last day. */
  readonly commandsCreatedMs: number[]
  /** Where attachments are served, without a trailing slash; known once the server listens. */
  readonly filesUrl: () => string
  readonly tell: (happening: Happening) => void
  /** The answer ends the subscription. */
  readonly watch: (listener: (happening: Happening) => void) => () => void
}
