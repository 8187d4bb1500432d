import assert from 'node:assert/strict'
import { test } from 'node:test'
import { interruptions, shutdownStack } from '../../../sandbox/demo/shutdown.js'

test('everything is undone last first, once, and a failure is told and stops nothing', async () => {
  const said: string[] = []
  const stack = shutdownStack((line) => said.push(line))
  stack.add('Postgres', () => void said.push('Postgres ended'))
  stack.add('the page', () => Promise.reject(new Error('port lost')))
  stack.add('the bot', () => void said.push('bot ended'))
  await stack.run()
  await stack.run()
  assert.deepEqual(said, ['bot ended', 'the page did not end cleanly: port lost', 'Postgres ended'])
})

test('one Ctrl-C that arrives twice begins the end; a later one forces it', () => {
  const said: string[] = []
  let now = 5_000
  const interrupt = interruptions(
    () => now,
    () => said.push('begin'),
    () => said.push('force'),
  )
  interrupt()
  now += 3 // npm passes the same Ctrl-C on
  interrupt()
  assert.deepEqual(said, ['begin'])
  now += 1_000
  interrupt()
  assert.deepEqual(said, ['begin', 'force'])
})
