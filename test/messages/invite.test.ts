import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inviteLink, PERMISSIONS } from '../../src/messages/invite.js'

test('the invite asks for exactly the permissions of the table', () => {
  const url = new URL(inviteLink('675756741417369640'))
  assert.equal(url.origin + url.pathname, 'https://discord.com/oauth2/authorize')
  assert.deepEqual(Object.fromEntries(url.searchParams), {
    client_id: '675756741417369640',
    scope: 'bot applications.commands',
    // View, send, public threads, send in threads, attach, history; in the order of Discord's bits:
    permissions: String((1n << 10n) | (1n << 11n) | (1n << 15n) | (1n << 16n) | (1n << 35n) | (1n << 38n)),
  })
})

test('every permission has its reason', () => {
  for (const { name, because } of PERMISSIONS) assert.match(because, /^to /, name)
  assert.equal(new Set(PERMISSIONS.map(({ bit }) => bit)).size, PERMISSIONS.length)
})
