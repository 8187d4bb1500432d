import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ApplicationCommandOptionType, type APIApplicationCommandOption } from 'discord-api-types/v10'
import { COMMANDS } from '../../commands/index.js'

type Named = { readonly name: string; readonly description: string; readonly options?: APIApplicationCommandOption[] }

/** A command with all its subcommands and options, each with where it stands. */
function everything(of: Named, path = `/${of.name}`): readonly (readonly [string, Named])[] {
  return [[path, of], ...(of.options ?? []).flatMap((one) => everything(one as Named, `${path} ${one.name}`))]
}

describe('the commands', () => {
  test('are those of the issue, each with its subcommands', () => {
    const paths = COMMANDS.flatMap(({ data }) => everything(data as Named)).map(([path]) => path)
    for (const path of [
      '/connections show by',
      '/connections orphans server',
      '/terminate stale application',
      '/terminate stale role',
      '/terminate stale state',
      '/terminate stale min_age',
      '/terminate orphans role',
      '/terminate orphans application',
      '/terminate previous role',
      '/terminate previous application',
      '/incident list',
      '/incident show id',
      '/incident acknowledge id',
      '/incident resolve note',
      '/status',
      '/doctor server',
    ])
      assert.ok(paths.includes(path), path)
  })

  test("pass Discord's limits on names, descriptions, options and choices", () => {
    assert.equal(new Set(COMMANDS.map(({ data }) => data.name)).size, COMMANDS.length)
    for (const { data } of COMMANDS)
      for (const [path, one] of everything(data as Named)) {
        assert.match(one.name, /^[-_\p{L}\p{N}]{1,32}$/u, path)
        assert.equal(one.name, one.name.toLowerCase(), path)
        assert.ok(one.description.length >= 1 && one.description.length <= 100, path)
        const options = one.options ?? []
        assert.ok(options.length <= 25, path)
        assert.equal(new Set(options.map(({ name }) => name)).size, options.length, path)
        const isRequired = options.map((option) => option.required === true)
        assert.deepEqual(
          isRequired,
          isRequired.toSorted((a, b) => Number(b) - Number(a)),
          `${path}: required first`,
        )
        for (const option of options) {
          if (option.type !== ApplicationCommandOptionType.String) continue
          const choices = 'choices' in option ? (option.choices ?? []) : []
          assert.ok(choices.length <= 25, path)
          assert.ok(choices.length === 0 || option.autocomplete !== true, 'choices or autocomplete, not both')
          for (const choice of choices) assert.ok(choice.name.length <= 100 && choice.value.length <= 100)
        }
      }
  })

  test('answer each press in one place, and all of them', () => {
    const kinds = COMMANDS.flatMap(({ presses = {} }) => Object.keys(presses)).sort()
    assert.deepEqual(kinds, [
      'acknowledge',
      'connections',
      'group by',
      'inspect',
      'terminate',
      'terminate origin',
      'terminate orphans',
      'terminate stale',
    ])
  })
})
