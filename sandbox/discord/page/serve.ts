import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Controls } from '../controls.js'
import { attachmentWithId } from '../world/attachments.js'
import type { World } from '../world/state.js'
import { performAct } from './act.js'
import { performControl } from './control.js'
import { live } from './live.js'
import type { Notice } from './notice.js'

const SCRIPTS = [
  'app',
  'clock',
  'composer',
  'controls',
  'dom',
  'faults',
  'markdown',
  'message',
  'modal',
  'panel',
  'people',
  'side',
  'strip',
  'wire',
]
const FILES: Readonly<Record<string, readonly [file: string, type: string]>> = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/page/style.css': ['style.css', 'text/css; charset=utf-8'],
  '/page/panel.css': ['panel.css', 'text/css; charset=utf-8'],
  ...Object.fromEntries(
    SCRIPTS.map((name) => [`/page/${name}.js`, [`${name}.js`, 'text/javascript; charset=utf-8'] as const]),
  ),
}
const MOST_ACT_BYTES = 64 * 1024

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/**
 * The page and what it needs: static files, attachments, the live view (server-sent events), and acts of a person.
 * The files are read from the source folder, since the compiler copies no HTML, CSS or browser script.
 */
export function pageHandler(world: World, controls: Controls, notice: () => Notice | undefined): Handler {
  const folder = join(packageRoot(), 'sandbox', 'discord', 'page')
  return async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://sandbox')
    // A page of another origin must not act here: names that resolve to loopback are refused with it.
    if (!/^(?:127\.0\.0\.1|localhost)(?::\d+)?$/.test(request.headers.host ?? '')) return plain(response, 403, 'host')
    const file = FILES[url.pathname]
    if (file !== undefined) {
      response.setHeader('content-type', file[1])
      response.setHeader('cache-control', 'no-store')
      response.end(await readFile(join(folder, file[0])))
      return
    }
    if (url.pathname === '/page/events') {
      return live({ world, controls, notice }, url.searchParams.get('as') ?? '', request, response)
    }
    if (url.pathname === '/page/act' && request.method === 'POST') {
      return posted(request, response, (text) => performAct(world, text))
    }
    if (url.pathname === '/page/control' && request.method === 'POST') {
      return posted(request, response, (text) => performControl(world, controls, text))
    }
    if (url.pathname.startsWith('/page/wire')) return wire(controls, url.pathname, response)
    if (url.pathname.startsWith('/attachments/')) return attachment(world, url.pathname, response)
    return plain(response, 404, 'nothing here')
  }
}

type Answer = { readonly status: number; readonly body: unknown }

async function posted(
  request: IncomingMessage,
  response: ServerResponse,
  perform: (text: string) => Answer | Promise<Answer>,
): Promise<void> {
  // A form of another site can post without asking, but never as JSON.
  if (request.headers['content-type'] !== 'application/json') return plain(response, 415, 'JSON only')
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > MOST_ACT_BYTES) return plain(response, 413, 'too long')
    chunks.push(chunk)
  }
  const result = await perform(Buffer.concat(chunks).toString('utf8'))
  response.statusCode = result.status
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify(result.body))
}

/** /page/wire/7: the seventh entry as JSON. /page/wire.jsonl: all of them, one a line, to be saved. */
async function wire(controls: Controls, path: string, response: ServerResponse): Promise<void> {
  const entries = controls.wire.entries()
  if (path === '/page/wire.jsonl') {
    response.setHeader('content-type', 'application/jsonl; charset=utf-8')
    response.setHeader('content-disposition', 'attachment; filename="wire.jsonl"')
    response.end(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''))
    return
  }
  const n = Number(/^\/page\/wire\/(\d+)$/.exec(path)?.[1])
  const entry = entries.find((candidate) => candidate.n === n)
  if (entry === undefined) return plain(response, 404, 'no such entry')
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify(entry))
}

async function attachment(world: World, path: string, response: ServerResponse): Promise<void> {
  const id = path.split('/')[3]
  const found = attachmentWithId(world, id ?? '')
  if (found === undefined) return plain(response, 404, 'no such attachment')
  // Only pictures are shown in place; anything else is a download, so that no file of the bot runs in the page.
  const isPicture = /^image\/(?:png|jpeg|gif|webp)$/.test(found.contentType)
  response.setHeader('content-type', isPicture ? found.contentType : 'application/octet-stream')
  response.setHeader('x-content-type-options', 'nosniff')
  if (!isPicture) response.setHeader('content-disposition', `attachment; filename="${found.filename}"`)
  response.end(found.bytes)
}

async function plain(response: ServerResponse, status: number, text: string): Promise<void> {
  response.statusCode = status
  response.setHeader('content-type', 'text/plain; charset=utf-8')
  response.end(text)
}

/** The nearest folder above that holds package.json, from src and from dist alike. */
function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder)
    if (parent === folder) throw new Error('no package.json above the sandbox')
    folder = parent
  }
  return folder
}
