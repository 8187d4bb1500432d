import type { Command } from '../src/adapters/discord/command.js'
import { connections } from './connections.js'
import { doctor } from './doctor.js'
import { incident } from './incident.js'
import { status } from './status.js'
import { terminate } from './terminate.js'

/** Every command, by hand: what is not in this list cannot be asked. */
export const COMMANDS: readonly Command[] = [connections, terminate, incident, status, doctor]
