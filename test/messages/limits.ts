import assert from 'node:assert/strict'
import { ComponentType, type APIMessageComponent } from 'discord-api-types/v10'
import type { Rendered } from '../../src/messages/body.js'
import { plainText } from '../../src/messages/plainText.js'

/** What may stand in a message besides plain words: mentions and links that the bot writes by itself. */
export type Own = { readonly mentions: readonly string[]; readonly links: readonly string[] }

/** Fails unless Discord takes the message and nothing from outside does anything in it. */
export function assertHarmless({ body, files }: Rendered, own: Own, pageRole?: string): void {
  const components = flat(body.components)
  assertWithinLimits(components, plainText(body), body.content)
  assert.deepEqual(body.allowed_mentions.parse, [], 'nobody is pinged by accident')
  const roles = body.allowed_mentions.roles ?? []
  assert.ok(roles.every((role) => role === pageRole) && roles.length <= 1, 'only the page role is ever pinged')
  assert.deepEqual(
    Object.keys(body.allowed_mentions).filter((key) => !['parse', 'roles'].includes(key)),
    [],
  )
  const attached = components.flatMap((one) => (one.type === ComponentType.File ? [one.file.url] : []))
  assert.deepEqual(
    attached,
    files.map(({ name }) => `attachment://${name}`),
  )
  for (const { name } of files) assert.match(name, /^[\w.-]{1,100}$/)
  for (const text of textsOf(components, body.content)) assertInert(text, own)
}

function assertWithinLimits(components: readonly APIMessageComponent[], text: string, content?: string): void {
  assert.ok(components.length <= 40, `${components.length} components`)
  const texts = textsOf(components, content)
  assert.ok(texts.reduce((sum, one) => sum + one.length, 0) <= (content === undefined ? 4000 : 2000), 'too much text')
  for (const one of texts) assert.notEqual(one.trim(), '', 'Discord refuses an empty text')
  assert.notEqual(text, '')
  const ids: string[] = []
  for (const one of components) {
    if (one.type === ComponentType.ActionRow) assert.ok(one.components.length >= 1 && one.components.length <= 5)
    if (one.type === ComponentType.StringSelect) assert.ok(one.options.length >= 1 && one.options.length <= 25)
    if (one.type === ComponentType.Button) {
      assert.ok('label' in one && one.label !== undefined && one.label.length >= 1 && one.label.length <= 80)
    }
    if ('custom_id' in one) ids.push(one.custom_id)
  }
  for (const id of ids) assert.ok(id.length >= 1 && id.length <= 100)
  assert.equal(new Set(ids).size, ids.length, 'custom ids are unique')
}

/** Nothing in the words is a mention, a link, an invisible character, or an end of the code around it. */
function assertInert(text: string, own: Own): void {
  let rest = text.replaceAll(/<t:\d+:[tTR]>/g, '')
  for (const one of [...own.mentions, ...own.links]) rest = rest.replaceAll(one, '')
  assert.doesNotMatch(rest, /@|<[#/:a-z]|:\/\//i)
  assert.doesNotMatch(text, INVISIBLE)
  const fences = text.split('\n').filter((line) => line.includes('```'))
  assert.equal(fences.length % 2, 0, 'every fence is closed')
  for (const line of fences) assert.equal(line, '```', 'a fence stands on its own line')
  const outside = text.replaceAll(/```\n[^]*?\n```/g, '')
  assert.doesNotMatch(outside.replaceAll(/`[^`\n]*`/g, ''), /\]\(/)
  for (const line of outside.split('\n')) assert.equal((line.match(/`/g)?.length ?? 0) % 2, 0, `open code in ${line}`)
}

/** Line feeds are ours; every other control or format character is somebody's trick. */
const INVISIBLE = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\u2028\u2029]/u

function textsOf(components: readonly APIMessageComponent[], content?: string): readonly string[] {
  const texts = components.flatMap((one) => (one.type === ComponentType.TextDisplay ? [one.content] : []))
  return content === undefined ? texts : [content, ...texts]
}

function flat(components: readonly APIMessageComponent[]): readonly APIMessageComponent[] {
  return components.flatMap((one) => [one, ...('components' in one ? flat(one.components) : [])])
}
