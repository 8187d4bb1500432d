import type { IncomingMessage } from 'node:http'
import busboy from 'busboy'
import type { Upload } from '../world/attachments.js'
import { DiscordRefusal } from './refusal.js'

export type Body = { readonly json: unknown; readonly uploads: readonly Upload[] }

const MOST_BYTES = 25 * 1024 * 1024 // Discord's limit of a whole request

/** Reads a request's body: JSON, or multipart with `payload_json` and `files[n]`. */
export async function readBody(request: IncomingMessage): Promise<Body> {
  const type = request.headers['content-type'] ?? ''
  if (type.startsWith('multipart/form-data')) return readMultipart(request)
  const bytes = await readAll(request)
  if (bytes.length === 0) return { json: undefined, uploads: [] }
  if (!type.startsWith('application/json')) {
    throw new DiscordRefusal(400, 50035, `Expected "Content-Type" header to be one of {'application/json'}.`)
  }
  return { json: parse(bytes.toString('utf8')), uploads: [] }
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    length += chunk.length
    if (length > MOST_BYTES) throw new DiscordRefusal(413, 40005, 'Request entity too large')
  }
  return Buffer.concat(chunks)
}

function readMultipart(request: IncomingMessage): Promise<Body> {
  return new Promise((resolve, reject) => {
    const parser = busboy({ headers: request.headers, limits: { fileSize: MOST_BYTES }, defParamCharset: 'utf8' })
    const uploads: Upload[] = []
    let json: unknown
    let badJson: unknown
    let length = 0
    parser.on('field', (name, value) => {
      if (name !== 'payload_json') return
      try {
        json = parse(value)
      } catch (error) {
        badJson = error
      }
    })
    parser.on('file', (name, stream, info) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        uploads.push({
          key: /^files\[(\d+)\]$/.exec(name)?.[1] ?? name,
          filename: info.filename ?? 'file',
          contentType: info.mimeType,
          bytes: Buffer.concat(chunks),
        })
      })
    })
    parser.on('error', reject)
    request.on('data', (chunk: Buffer) => {
      length += chunk.length
    })
    parser.on('close', () => {
      if (length > MOST_BYTES) reject(new DiscordRefusal(413, 40005, 'Request entity too large'))
      else if (badJson === undefined) resolve({ json, uploads })
      else reject(badJson)
    })
    request.pipe(parser)
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new DiscordRefusal(400, 50109, 'The request body contains invalid JSON.')
  }
}
