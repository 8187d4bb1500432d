import type { IncomingMessage } from 'node:http'
import { isJsonObject, type JsonObject } from '../store/object.js'
import { badRequest, Refusal } from './refusal.js'

const MOST_BYTES = 3 * 1024 * 1024 // the API server's own limit of a request

/** A request's body, and how it says to read it. */
export type Sent = { readonly text: string; readonly contentType: string | undefined }

export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > MOST_BYTES) {
      throw new Refusal(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${MOST_BYTES}`)
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** The object of a POST, PUT or DELETE. The real server takes YAML too; nothing of ours sends it. */
export function objectIn(text: string, contentType: string | undefined, kind: string): JsonObject {
  const type = contentType?.split(';')[0]?.trim() ?? 'application/json'
  if (type !== 'application/json' && type !== '*/*') {
    throw new Refusal(
      415,
      'UnsupportedMediaType',
      'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf',
    )
  }
  const parsed = jsonIn(text)
  if (isJsonObject(parsed)) return parsed
  throw badRequest(
    `the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; json parse error`,
  )
}

/** A patch may be a list. Its content type decides how it is read, so anything that is JSON passes here. */
export function patchIn(text: string): unknown {
  const parsed = jsonIn(text)
  if (parsed === undefined) throw new Refusal(500, undefined, 'Invalid JSON Patch')
  return parsed
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
