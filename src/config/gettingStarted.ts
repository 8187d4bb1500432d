/** What a start without any setting prints: one screen of at most 24 lines of 80 columns. */
export function gettingStartedText(): string {
  return `Lifeguard watches the connections of Postgres, raises the alarm in Discord and
ends the stale ones before the database is out of slots. Nothing is set yet.

See it work, without Discord and without a server:

  npm run demo

Run it for real: copy .env.example to .env, fill in these, then npm start

  DISCORD_TOKEN        discord.com/developers > your application > Bot
  DISCORD_GUILD_ID     right-click your server  > Copy Server ID
  DISCORD_CHANNEL_ID   right-click the channel  > Copy Channel ID
  ROLE_OPERATE         right-click the role that may act > Copy Role ID
                       (Discord: Settings > Advanced > Developer Mode first)
  PGHOST               where Postgres listens
  PGUSER, PGPASSWORD   the role Lifeguard logs in as

All else has a default. Several servers go into one YAML file: LIFEGUARD_CONFIG.

  .env.example             every variable, explained
  docs/configuration.md    the same as tables, and the file
  README.md                the Discord application, the SQL role, the invite`
}
