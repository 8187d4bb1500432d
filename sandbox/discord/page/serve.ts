import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Recorder } from '../record.js'
import type { World } from '../world/state.js'

export function pageHandler(
  world: World,
  _record: Recorder,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    const match = /^\/attachments\/\d+\/(\d+)\//.exec(request.url ?? '')
    const attachments = [...world.messages.values()].flatMap((message) => message.attachments)
    const attachment = attachments.find((candidate) => candidate.id === match?.[1])
    response.statusCode = attachment === undefined ? 404 : 200
    response.end(attachment?.bytes)
  }
}
