import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import { ChannelType, type Client, Events, type Interaction, SlashCommandBuilder } from 'discord.js'
import { call, loggedIn, sandbox } from './bot.js'

const CSV = { name: 'slow log.csv', contentType: 'text/csv', bytes: Buffer.from('pid,age\n') }
const PNG = { name: 'graph.png', contentType: 'image/png', bytes: Buffer.from('png') }

const COMMAND = new SlashCommandBuilder()
  .setName('note')
  .setDescription('Something to keep')
  .addUserOption((option) => option.setName('user').setDescription('u'))
  .addRoleOption((option) => option.setName('role').setDescription('r'))
  .addChannelOption((option) => option.setName('channel').setDescription('c').addChannelTypes(ChannelType.PublicThread))
  .addMentionableOption((option) => option.setName('who').setDescription('w'))
  .addAttachmentOption((option) => option.setName('file').setDescription('f'))

/** A real bot with one command, which tells what it was given. */
async function botWith(t: TestContext, tell: (interaction: Interaction) => Promise<unknown>) {
  const { discord } = await sandbox(t)
  const client = await loggedIn(t, discord)
  await client.guilds.cache.get(discord.ids.guild)?.commands.set([COMMAND.toJSON()])
  client.on(Events.InteractionCreate, (interaction) => void tell(interaction))
  return { discord, client, ada: discord.as('ada') }
}

async function posted(client: Client<true>, channelId: string, components: readonly object[]) {
  const channel = await client.channels.fetch(channelId)
  if (!channel?.isSendable()) throw new Error('the test channel takes messages')
  return await channel.send({ content: 'x', components: [{ type: 1, components: [...components] }] } as object)
}

test('selects of users, roles, mentionables and channels bring what was chosen, by name or id', async (t) => {
  const told: unknown[] = []
  const { discord, client, ada } = await botWith(t, async (interaction) => {
    if (!interaction.isAnySelectMenu() || interaction.isStringSelectMenu()) return
    if (interaction.isUserSelectMenu()) told.push(interaction.users.map(({ username }) => username))
    if (interaction.isRoleSelectMenu()) told.push(interaction.roles.map(({ name }) => name))
    if (interaction.isMentionableSelectMenu()) {
      told.push([interaction.users.map(({ username }) => username), interaction.roles.map(({ name }) => name)])
    }
    if (interaction.isChannelSelectMenu()) told.push([...interaction.channels.keys()])
    await interaction.reply('taken')
  })
  const { alerts = '' } = discord.ids.channels
  const use = async (type: number, values: readonly string[], more: object = {}) => {
    const { id } = await posted(client, alerts, [{ type, custom_id: 's', max_values: 2, ...more }])
    const answer = await ada.select(id, { customId: 's' }, values)
    assert.equal((await answer.wait()).text(), 'taken')
  }
  await use(5, ['vera', discord.ids.members['ada'] ?? ''])
  await use(6, ['@devops'])
  await use(7, ['vera', 'staff'])
  await use(8, ['#alerts'])
  await assert.rejects(use(5, ['devops']), /no user is named "devops"/)
  await assert.rejects(use(6, ['ada']), /no role is named "ada"/)
  await assert.rejects(use(7, ['nobody']), /no user or role is named "nobody"/)
  await assert.rejects(use(8, ['hidden']), /ada cannot see #hidden/)
  await assert.rejects(use(8, ['alerts'], { channel_types: [ChannelType.PublicThread] }), /not of a type/)
  await assert.rejects(use(5, ['vera', 'vera']), /only once/)
  await assert.rejects(use(5, ['vera', 'ada', 'lifeguard']), /takes 1 to 2 values/)
  assert.deepEqual(told, [['vera', 'ada'], ['devops'], [['vera'], ['staff']], [alerts]])
  assert.deepEqual(discord.wire.errors(), [])
})

test('options of users, roles, channels, mentionables and files come with what they name', async (t) => {
  const told: unknown[] = []
  const { discord, ada } = await botWith(t, async (interaction) => {
    if (!interaction.isChatInputCommand()) return
    const { options } = interaction
    const file = options.getAttachment('file')
    told.push([
      options.getUser('user')?.username,
      options.getRole('role')?.name,
      options.getChannel('channel')?.name,
      (options.getMentionable('who') as { name?: string } | null)?.name,
      file === null ? '' : [file.name, file.size, file.ephemeral, await (await fetch(file.url)).text()],
    ])
    await interaction.reply('kept')
  })
  const said = await call(discord, 'POST', `/channels/${discord.ids.channels['alerts']}/messages`, { content: 'x' })
  const thread = `/channels/${discord.ids.channels['alerts']}/messages/${String(said.json['id'])}/threads`
  await call(discord, 'POST', thread, { name: 'production' })
  const filled = { user: 'vera', role: 'staff', channel: 'production', who: 'devops', file: CSV }
  assert.equal((await (await ada.slash('note', filled)).wait()).text(), 'kept')
  assert.deepEqual(told, [['vera', 'staff', 'production', 'devops', ['slow_log.csv', 8, true, 'pid,age\n']]])
  await assert.rejects(ada.slash('note', { file: 'a path' }), /file takes a file/)
  await assert.rejects(ada.slash('note', { user: CSV }), /user takes no file/)
  await assert.rejects(ada.slash('note', { channel: 'alerts' }), /not of a type/)
  await assert.rejects(ada.slash('note', { who: 'nobody' }), /no user or role/)
  const big = { name: 'dump.sql', bytes: Buffer.alloc(10 * 1024 * 1024 + 1) }
  await assert.rejects(ada.slash('note', { file: big }), /larger than 10 MiB/)
  assert.deepEqual(discord.wire.errors(), [])
})

test('files and choices of a modal come back with what they name, in the number it asks for', async (t) => {
  const told: unknown[][] = []
  const label = (component: object) => ({ type: 18, label: 'L', component })
  const { discord, ada } = await botWith(t, async (interaction) => {
    if (interaction.isChatInputCommand()) {
      const radio = [1, 2].map((n) => ({ label: `Way ${n}`, value: `w${n}` }))
      const path = `/interactions/${interaction.id}/${interaction.token}/callback`
      const components = [
        label({ type: 19, custom_id: 'files', max_values: 2, file_types: ['image', '.csv'] }),
        label({ type: 5, custom_id: 'users', required: false, max_values: 2 }),
        label({ type: 21, custom_id: 'way', options: radio }),
        label({ type: 22, custom_id: 'ticks', options: radio, min_values: 0, max_values: 2, required: false }),
        label({ type: 23, custom_id: 'sure' }),
      ]
      const opened = await call(discord, 'POST', path, { type: 9, data: { custom_id: 'm', title: 'T', components } })
      assert.equal(opened.status, 204, JSON.stringify(opened.json))
    }
    if (interaction.isModalSubmit()) {
      const { fields } = interaction
      told.push([
        fields.getUploadedFiles('files', true).map(({ name, contentType }) => [name, contentType]),
        fields.getSelectedUsers('users')?.map(({ username }) => username),
      ])
      await interaction.reply('noted')
    }
  })
  const opened = await (await ada.slash('note')).wait()
  const send = async (values: Parameters<typeof ada.submitModal>[1]) =>
    (await (await ada.submitModal(opened, { way: 'w1', ...values })).wait()).text()
  assert.equal(await send({ files: [CSV, PNG], users: ['vera'], way: 'Way 2', ticks: ['w1'], sure: 'true' }), 'noted')
  assert.equal(await send({ files: [PNG] }), 'noted')
  await assert.rejects(send({}), /"files" is required/)
  await assert.rejects(send({ files: [PNG, PNG, PNG] }), /takes 1 to 2 files/)
  await assert.rejects(send({ files: ['graph.png'] }), /takes 1 to 2 files/)
  await assert.rejects(send({ files: [{ ...CSV, name: 'a.sh' }] }), /only image, .csv/)
  await assert.rejects(send({ files: [PNG], way: 'w3' }), /no option "w3"/)
  await assert.rejects(send({ files: [PNG], ticks: ['w3'] }), /no option "w3"/)
  await assert.rejects(send({ files: [PNG], users: ['nobody'] }), /no user is named/)
  const [files, users] = told[0] ?? []
  assert.deepEqual(files, [
    ['slow_log.csv', 'text/csv'],
    ['graph.png', 'image/png'],
  ])
  assert.deepEqual(users, ['vera'])
  assert.deepEqual(discord.wire.errors(), [])
})

test('a command is hidden by its permissions, by its contexts, and in an archived thread', async (t) => {
  const { discord, ada } = await botWith(t, async () => undefined)
  const { guild, application } = discord.ids
  const path = `/applications/${application}/guilds/${guild}/commands`
  const register = async (more: object) => await call(discord, 'PUT', path, [{ ...COMMAND.toJSON(), ...more }])
  await register({ default_member_permissions: '0' })
  await assert.rejects(ada.slash('note'), /hidden from ada/)
  discord.setPermissions('devops', ['Administrator'])
  await ada.slash('note')
  await register({ contexts: [1] })
  await assert.rejects(ada.slash('note'), /hidden from ada/)
  await register({ contexts: [0] })
  await ada.slash('note')
  const said = await call(discord, 'POST', `/channels/${discord.ids.channels['alerts']}/messages`, { content: 'x' })
  const thread = `/channels/${discord.ids.channels['alerts']}/messages/${String(said.json['id'])}/threads`
  await call(discord, 'POST', thread, { name: 'production' })
  discord.archiveThread('production')
  await assert.rejects(ada.slash('note', {}, 'production'), /archived thread/)
})
