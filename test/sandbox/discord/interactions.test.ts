import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import {
  ActionRowBuilder,
  AttachmentBuilder,
  ButtonBuilder,
  ButtonStyle,
  type Client,
  ContainerBuilder,
  DiscordAPIError,
  Events,
  FileBuilder,
  type Interaction,
  LabelBuilder,
  MessageFlags,
  ModalBuilder,
  SlashCommandBuilder,
  StringSelectMenuBuilder,
  TextDisplayBuilder,
  TextInputBuilder,
  TextInputStyle,
} from 'discord.js'
import { call, loggedIn, sandbox, until } from './bot.js'

const COMMAND = new SlashCommandBuilder()
  .setName('connections')
  .setDescription('The pool')
  .addSubcommand((sub) =>
    sub
      .setName('show')
      .setDescription('Who holds what')
      .addStringOption((option) =>
        option.setName('by').setDescription('Group by').setAutocomplete(true).setRequired(true),
      )
      .addIntegerOption((option) => option.setName('page').setDescription('Which page').setMinValue(1)),
  )

/** A bot with one command and this handler; errors of the handler fail the test. */
async function botWith(t: TestContext, handle: (interaction: Interaction) => Promise<unknown>) {
  const { discord, clock } = await sandbox(t)
  const client = await loggedIn(t, discord)
  await client.guilds.cache.get(discord.ids.guild)?.commands.set([COMMAND.toJSON()])
  const failures: unknown[] = []
  client.on(Events.InteractionCreate, (interaction) => {
    handle(interaction).catch((error: unknown) => failures.push(error))
  })
  return { discord, clock, client, failures }
}

async function post(client: Client<true>, channelId: string, message: object) {
  const channel = await client.channels.fetch(channelId)
  if (!channel?.isSendable()) throw new Error('the test channel takes messages')
  return channel.send(message)
}

function card() {
  return {
    flags: MessageFlags.IsComponentsV2 as const,
    files: [new AttachmentBuilder(Buffer.from('pid,age\n42,7\n'), { name: 'list.csv' })],
    components: [
      new ContainerBuilder()
        .setAccentColor(0xc0_39_2b)
        .addTextDisplayComponents(new TextDisplayBuilder().setContent('PAGE: 96 of 97'))
        .addFileComponents(new FileBuilder().setURL('attachment://list.csv'))
        .addActionRowComponents(
          new ActionRowBuilder<ButtonBuilder>().addComponents(
            new ButtonBuilder().setCustomId('v1:end').setLabel('Terminate 31').setStyle(ButtonStyle.Danger),
            new ButtonBuilder().setCustomId('v1:no').setLabel('Off').setStyle(ButtonStyle.Secondary).setDisabled(true),
          ),
        ),
    ],
  }
}

test('a slash command is deferred, then answered by an ephemeral edit that only its user sees', async (t) => {
  const { discord } = await botWith(t, async (interaction) => {
    if (!interaction.isChatInputCommand()) return
    await interaction.deferReply({ flags: MessageFlags.Ephemeral })
    const by = interaction.options.getString('by', true)
    await interaction.editReply(`${interaction.options.getSubcommand()} by ${by}`)
  })
  const answer = await (await discord.as('ada').slash('connections show', { by: 'role' })).wait()
  assert.equal(answer.text(), 'show by role')
  assert.equal(answer.isEphemeral(), true)
  assert.equal(answer.edits(), 0)
  assert.equal(discord.world.messages('alerts')[0]?.viewer, 'ada')
  await assert.rejects(discord.as('vera').click(answer.message()?.id ?? '', { label: 'x' }), {
    name: 'DriverRefusal',
    message: /is ephemeral/,
  })
  const listed = await call(discord, 'GET', `/channels/${discord.ids.channels['alerts']}/messages`)
  assert.deepEqual(listed.json, [])
  assert.deepEqual(discord.wire.errors(), [])
})

test('a card of Components V2 carries its file, and a click on it is deferred and edits it', async (t) => {
  const { discord, client } = await botWith(t, async (interaction) => {
    if (!interaction.isButton()) return
    await interaction.deferUpdate()
    await interaction.editReply({
      flags: MessageFlags.IsComponentsV2,
      components: [new TextDisplayBuilder().setContent(`Ended by <@${interaction.user.id}>`)],
      attachments: [],
    })
  })
  const sent = await post(client, discord.ids.channels['alerts'] ?? '', card())
  const before = discord.world.message(sent.id)
  assert.equal(before?.isV2, true)
  assert.equal(before.attachments[0]?.bytes.toString(), 'pid,age\n42,7\n')
  const served = await fetch(before.attachments[0].url)
  assert.equal(await served.text(), 'pid,age\n42,7\n')

  await assert.rejects(discord.as('ada').click(sent.id, { label: 'Off' }), /disabled/)
  await assert.rejects(discord.as('ada').click(sent.id, { customId: 'v1:gone' }), /no button/)
  const answer = await (await discord.as('ada').click(sent.id, { label: /Terminate/ })).wait()
  assert.equal(answer.message()?.id, sent.id)
  assert.equal(discord.world.message(sent.id)?.text, `Ended by <@${discord.ids.members['ada']}>`)
  assert.equal(discord.world.message(sent.id)?.edits, 1)
  assert.deepEqual(discord.world.message(sent.id)?.attachments, [])
  assert.deepEqual(discord.wire.errors(), [])
})

test('autocomplete gives the choices of the bot for what is being typed', async (t) => {
  const { discord } = await botWith(t, async (interaction) => {
    if (!interaction.isAutocomplete()) return
    const typed = interaction.options.getFocused()
    await interaction.respond([{ name: `${typed}le`, value: `${typed}le` }])
  })
  assert.deepEqual(await discord.as('ada').autocomplete('connections show', 'by', 'ro'), [
    { name: 'role', value: 'role' },
  ])
})

test('a modal opens as the first answer, and its words come back to the bot', async (t) => {
  const { discord } = await botWith(t, async (interaction) => {
    if (interaction.isChatInputCommand()) {
      const input = new TextInputBuilder().setCustomId('note').setStyle(TextInputStyle.Short).setMaxLength(20)
      await interaction.showModal(
        new ModalBuilder()
          .setCustomId('resolve')
          .setTitle('Resolve')
          .addLabelComponents(new LabelBuilder().setLabel('What was it?').setTextInputComponent(input)),
      )
    }
    if (interaction.isModalSubmit()) {
      await interaction.reply({ content: `Noted: ${interaction.fields.getTextInputValue('note')}` })
    }
  })
  const ada = discord.as('ada')
  const opened = await (await ada.slash('connections show', { by: 'role' })).wait()
  assert.equal(opened.modal()?.title, 'Resolve')
  await assert.rejects(ada.submitModal(opened, { note: 'x'.repeat(21) }), /0 to 20 characters/)
  await assert.rejects(ada.submitModal(opened, {}), /required/)
  const answer = await (await ada.submitModal(opened, { note: 'a leak' })).wait()
  assert.equal(answer.text(), 'Noted: a leak')
  assert.deepEqual(discord.wire.errors(), [])
})

test('three seconds without an answer fail the interaction, and a late one meets 10062', async (t) => {
  const { discord, clock, failures } = await botWith(t, async (interaction) => {
    if (!interaction.isChatInputCommand()) return
    clock.advance(3000)
    await interaction.reply('too late')
  })
  const answer = await discord.as('ada').slash('connections show', { by: 'role' })
  await answer.wait()
  assert.equal(answer.text(), 'This interaction failed')
  await until(() => failures.length > 0)
  const [late] = failures
  assert.ok(late instanceof DiscordAPIError)
  assert.deepEqual([late.status, late.code], [404, 10062])
  assert.deepEqual(discord.world.messages('alerts'), [])
})

test('a second first answer meets 40060', async (t) => {
  let second: unknown
  const { discord } = await botWith(t, async (interaction) => {
    if (!interaction.isChatInputCommand()) return
    await interaction.reply('once')
    const path = `/interactions/${interaction.id}/${interaction.token}/callback`
    second = await call(discord, 'POST', path, { type: 4, data: { content: 'twice' } })
    await interaction.followUp('done')
  })
  const answer = await discord.as('ada').slash('connections show', { by: 'role' })
  await answer.wait()
  await until(() => answer.followUps().length > 0)
  assert.deepEqual(second, {
    status: 400,
    json: { message: 'Interaction has already been acknowledged.', code: 40060 },
  })
})

test('after fifteen minutes the token is dead: 50027', async (t) => {
  let token = ''
  const { discord, clock } = await botWith(t, async (interaction) => {
    if (!interaction.isChatInputCommand()) return
    token = interaction.token
    await interaction.reply('now')
  })
  await (await discord.as('ada').slash('connections show', { by: 'role' })).wait()
  const path = `/webhooks/${discord.ids.application}/${token}/messages/@original`
  assert.equal((await call(discord, 'GET', path, undefined, undefined)).status, 200)
  clock.advance(15 * 60_000 + 1)
  assert.deepEqual(await call(discord, 'PATCH', path, { content: 'later' }), {
    status: 401,
    json: { message: 'Invalid Webhook Token', code: 50027 },
  })
})

test('a role taken away between two clicks is missing from the second interaction', async (t) => {
  const seen: string[][] = []
  const { discord, client } = await botWith(t, async (interaction) => {
    if (!interaction.isButton() || !interaction.inCachedGuild()) return
    seen.push([...interaction.member.roles.cache.keys()].filter((id) => id !== interaction.guildId))
    await interaction.deferUpdate()
    await interaction.followUp({ content: 'seen', flags: MessageFlags.Ephemeral })
  })
  const sent = await post(client, discord.ids.channels['alerts'] ?? '', card())
  await (await discord.as('ada').click(sent.id, { customId: 'v1:end' })).wait()
  discord.setRoles('ada', [])
  const second = await (await discord.as('ada').click(sent.id, { customId: 'v1:end' })).wait()
  assert.deepEqual(seen, [[discord.ids.roles['devops']], []])
  assert.equal(second.followUps()[0]?.viewer, 'ada')
})

test('a select takes options by label or value, and sends the value', async (t) => {
  const { discord, client } = await botWith(t, async (interaction) => {
    if (interaction.isStringSelectMenu()) await interaction.reply(interaction.values.join())
  })
  const select = new StringSelectMenuBuilder()
    .setCustomId('more')
    .addOptions({ label: 'Show locks', value: 'locks' }, { label: 'Silence', value: 'silence' })
  const sent = await post(client, discord.ids.channels['alerts'] ?? '', {
    content: 'more',
    components: [new ActionRowBuilder<StringSelectMenuBuilder>().addComponents(select)],
  })
  const ada = discord.as('ada')
  await assert.rejects(ada.select(sent.id, { customId: 'more' }, ['other']), /no option/)
  await assert.rejects(ada.select(sent.id, { customId: 'more' }, ['locks', 'silence']), /1 to 1/)
  assert.equal((await (await ada.select(sent.id, { customId: 'more' }, ['Show locks'])).wait()).text(), 'locks')
})

test('the first follow-up after a deferral fills the waiting message, and keeps it ephemeral', async (t) => {
  const { discord } = await botWith(t, async (interaction) => {
    if (!interaction.isChatInputCommand()) return
    await interaction.deferReply({ flags: MessageFlags.Ephemeral })
    await interaction.followUp('public?')
  })
  const answer = await (await discord.as('ada').slash('connections show', { by: 'role' })).wait()
  assert.equal(answer.text(), 'public?')
  assert.equal(answer.isEphemeral(), true)
})

test('the answer to with_response tells of the message that was made', async (t) => {
  let resource: unknown
  const { discord } = await botWith(t, async (interaction) => {
    if (!interaction.isChatInputCommand()) return
    const response = await interaction.reply({ content: 'now', withResponse: true })
    resource = [response.resource?.message?.content, response.interaction.responseMessageEphemeral]
  })
  const answer = await (await discord.as('ada').slash('connections show', { by: 'role' })).wait()
  assert.equal(answer.text(), 'now')
  await until(() => resource !== undefined)
  assert.deepEqual(resource, ['now', false])
})

test('the client of a person refuses unknown commands, unknown options and missing ones', async (t) => {
  const { discord } = await botWith(t, async () => {})
  const ada = discord.as('ada')
  await assert.rejects(ada.slash('pool show'), /no command/)
  await assert.rejects(ada.slash('connections'), /needs a sub-command/)
  await assert.rejects(ada.slash('connections show'), /"by" is required/)
  await assert.rejects(ada.slash('connections show', { by: 'role', of: 'x' }), /no option "of"/)
  await assert.rejects(ada.slash('connections show', { by: 'role', page: 0 }), /1 to/)
  await assert.rejects(ada.slash('connections show', { by: 'role' }, 'hidden'), /cannot see/)
})
