import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { callbackIssues } from './limits/callback.js'
import { commandEditIssues, commandIssues, commandListIssues } from './limits/commands.js'
import { fieldsOf, type Fields, type Issue, itemsOf, textOf } from './limits/issue.js'
import { type MessageContext, messageIssues } from './limits/message.js'

/** A request of a wire log that today's limits refuse. */
export type Finding = {
  /** The entry's number in the log. */
  readonly n: number
  readonly request: string
  readonly issues: readonly Issue[]
}

export type Replayed = { readonly requests: number; readonly judged: number; readonly findings: readonly Finding[] }

/**
 * Gives every request of a wire log (JSON lines, as the recorder writes them) to the limits of today. Requests that
 * the sandbox refused when they were made are left out, and so are routes without limits on their body. Throws
 * SyntaxError, with its number, for a line that is no JSON.
 */
export function replay(lines: string): Replayed {
  const requests = lines
    .split('\n')
    .map((line, index) => ({ line, number: index + 1 }))
    .filter(({ line }) => line.trim() !== '')
    .map(({ line, number }) => parsed(line, number))
    .filter((entry) => entry['kind'] === 'rest')
  const judged = requests
    .filter((entry) => Number(entry['status']) < 300)
    .flatMap((entry) => {
      const issues = issuesOf(entry)
      return issues === undefined ? [] : [{ entry, issues }]
    })
  return {
    requests: requests.length,
    judged: judged.length,
    findings: judged
      .filter(({ issues }) => issues.length > 0)
      .map(({ entry, issues }) => ({
        n: Number(entry['n']),
        request: `${textOf(entry['method'])} ${textOf(entry['path'])}`,
        issues,
      })),
  }
}

/** Undefined where no limit speaks of the route. */
function issuesOf(entry: Fields): readonly Issue[] | undefined {
  const route = `${textOf(entry['method'])} ${textOf(entry['path'])}`
  const { body } = entry
  if (/^POST \/channels\/\d+\/messages$/.test(route) || /^POST \/webhooks\/\d+\/[^/]+$/.test(route)) {
    return messageIssues(body, contextOf(entry, false))
  }
  if (/^PATCH \/(?:channels\/\d+|webhooks\/\d+\/[^/]+)\/messages\/(?:\d+|@original)$/.test(route)) {
    return messageIssues(body, contextOf(entry, true))
  }
  if (/^POST \/interactions\/\d+\/[^/]+\/callback$/.test(route)) return answerIssues(entry)
  if (/^PUT .+\/commands$/.test(route)) return commandListIssues(body)
  if (/^POST .+\/commands$/.test(route)) return commandIssues(body)
  if (/^PATCH .+\/commands\/\d+$/.test(route)) return commandEditIssues(body)
  return undefined
}

/**
 * The log does not say which kind of interaction was answered, nor how an edited message looked before: the kind is
 * the one that fits the answer, and the answer to the edit stands for the message.
 */
function answerIssues(entry: Fields): readonly Issue[] {
  const type = fieldsOf(entry['body'])['type']
  const choice = fieldsOf(itemsOf(fieldsOf(fieldsOf(entry['body'])['data'])['choices'])[0])['value']
  return callbackIssues(entry['body'], {
    interaction: type === 8 ? 'autocomplete' : 'component',
    hasSource: true,
    message: contextOf(entry, type === 7),
    ...(typeof choice === 'number' ? { optionType: 10 } : {}),
  })
}

function contextOf(entry: Fields, isEdit: boolean): MessageContext {
  const after = fieldsOf(entry['response'])
  const uploads = itemsOf(entry['files']).map((file, index) => ({
    key: String(index),
    filename: textOf(fieldsOf(file)['filename']),
    sizeBytes: Number(fieldsOf(file)['sizeBytes']),
  }))
  if (!isEdit) return { uploads }
  return {
    uploads,
    before: {
      isV2: (Number(after['flags'] ?? 0) & (1 << 15)) !== 0,
      content: textOf(after['content']),
      embedCount: itemsOf(after['embeds']).length,
      componentCount: itemsOf(after['components']).length,
      attachments: itemsOf(after['attachments']).map((attachment) => ({
        id: textOf(fieldsOf(attachment)['id']),
        filename: textOf(fieldsOf(attachment)['filename']),
      })),
    },
  }
}

function parsed(line: string, number: number): Fields {
  try {
    return fieldsOf(JSON.parse(line))
  } catch (error) {
    throw new SyntaxError(`line ${number} is no JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** `node dist/sandbox/discord/replay.js FILE`: exit code 1 when the limits refuse anything, 2 without a readable file. */
function main(file: string | undefined): number {
  if (file === undefined) {
    process.stderr.write('replay: name the file of a wire log (JSON lines)\n')
    return 2
  }
  try {
    const { requests, judged, findings } = replay(readFileSync(file, 'utf8'))
    for (const { n, request, issues } of findings) {
      process.stdout.write(`${n} ${request}\n`)
      for (const { path, code, message } of issues) process.stdout.write(`  ${path.join('.')} ${code}: ${message}\n`)
    }
    process.stdout.write(`${requests} requests, ${judged} judged, ${findings.length} refused\n`)
    return findings.length === 0 ? 0 : 1
  } catch (error) {
    process.stderr.write(`replay: ${error instanceof Error ? error.message : String(error)}\n`)
    return 2
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = main(process.argv[2])
}
