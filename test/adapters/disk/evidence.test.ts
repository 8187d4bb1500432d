import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { evidenceOnDisk } from '../../../src/adapters/disk/evidence.js'
import { DependencyError } from '../../../src/core/errors.js'

async function temporaryFolder(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'lifeguard-evidence-'))
  t.after(() => rm(dir, { recursive: true, force: true }))
  return dir
}

const isDiskError = (error: unknown): boolean => error instanceof DependencyError && error.dependency === 'disk'

test('evidence is read back as it was saved, and its hash is that of the file', async (t) => {
  const dir = await temporaryFolder(t)
  const store = evidenceOnDisk(dir)
  const text = '{"backends":["ü \u2028 🛟"]}'
  const { file, sha256 } = await store.save('AB12C-1', text)
  assert.equal(file, 'AB12C-1.json')
  assert.equal(await store.load(file), text)
  const bytes = await readFile(join(dir, 'evidence', file))
  assert.equal(createHash('sha256').update(bytes).digest('hex'), sha256)
})

test('evidence can be read by its owner only, and no temporary file stays', async (t) => {
  const dir = await temporaryFolder(t)
  await evidenceOnDisk(dir).save('one', '{}')
  assert.equal((await stat(join(dir, 'evidence'))).mode & 0o777, 0o700)
  assert.equal((await stat(join(dir, 'evidence', 'one.json'))).mode & 0o777, 0o600)
  assert.deepEqual(await readdir(join(dir, 'evidence')), ['one.json'])
})

test('no evidence is replaced: another text of the same name gets a number, the same text the same file', async (t) => {
  const store = evidenceOnDisk(await temporaryFolder(t))
  const saved = await Promise.all([
    store.save('a', '1'),
    store.save('a', '2'),
    store.save('a', '1'),
    store.save('a', '3'),
  ])
  assert.deepEqual(
    saved.map(({ file }) => file),
    ['a.json', 'a-2.json', 'a.json', 'a-3.json'],
  )
  assert.equal(await store.load('a-2.json'), '2')
})

test('whatever the name, the file lies in the folder and can be loaded by the name that was returned', async (t) => {
  const dir = await temporaryFolder(t)
  const store = evidenceOnDisk(dir)
  const hostile = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.constantFrom(
      '../../etc/passwd',
      '..',
      '.',
      '',
      '/abs',
      'a/../../b',
      'C:\\x',
      'nul\0byte',
      '.hidden',
      'x'.repeat(999),
    ),
  )
  await fc.assert(
    fc.asyncProperty(hostile, async (name) => {
      const { file } = await store.save(name, JSON.stringify(name))
      assert.match(file, /^[A-Za-z0-9_-][A-Za-z0-9._-]*\.json$/)
      assert.ok((await readdir(join(dir, 'evidence'))).includes(file))
      assert.equal(await store.load(file), JSON.stringify(name))
    }),
    { numRuns: 60 },
  )
  assert.deepEqual(await readdir(dir), ['evidence'])
})

test('load gives nothing from outside the folder', async (t) => {
  const dir = await temporaryFolder(t)
  await writeFile(join(dir, 'journal.db'), 'secret')
  const store = evidenceOnDisk(dir)
  await store.save('a', '1')
  for (const file of ['../journal.db', join(dir, 'journal.db'), '..', 'missing.json']) {
    await assert.rejects(store.load(file), isDiskError, file)
  }
})

test('a folder that cannot be made is a DependencyError that names it, and the next save has its own try', async (t) => {
  const dir = await temporaryFolder(t)
  await writeFile(join(dir, 'evidence'), 'a file in the way')
  const store = evidenceOnDisk(dir)
  await assert.rejects(store.save('a', '1'), (error: unknown) => isDiskError(error) && String(error).includes(dir))
  await rm(join(dir, 'evidence'))
  assert.equal((await store.save('a', '1')).file, 'a.json')
})
