import { createHash } from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { DependencyError } from '../../core/errors.js'
import type { EvidenceStore } from '../../ports/evidence.js'

/** Leaves room for number, extension and temporary suffix below the 255 bytes of a file name. */
const NAME_LIMIT = 200

/** Evidence as JSON files (0600) in `<dir>/evidence` (0700), which the first save makes. */
export function evidenceOnDisk(dir: string): EvidenceStore {
  const folder = join(dir, 'evidence')
  let queue: Promise<unknown> = Promise.resolve()

  async function save(name: string, text: string): Promise<{ file: string; sha256: string }> {
    const sha256 = sha256Of(text)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const stem = plainName(name)
    for (let count = 1; ; count += 1) {
      const file = count === 1 ? `${stem}.json` : `${stem}-${count}.json`
      const there = await readIfThere(join(folder, file))
      if (there === undefined) {
        await writeWhole(folder, file, text)
        return { file, sha256 }
      }
      if (sha256Of(there) === sha256) return { file, sha256 } // the same text again: a repeated first act
    }
  }

  return {
    // One at a time: two of one name must not find the same name free.
    save(name, text) {
      const turn = queue
        .then(() => save(name, text))
        .catch((error: unknown) => {
          throw diskError(`save evidence "${name}" in ${folder}`, error)
        })
      queue = turn.catch(() => undefined)
      return turn
    },

    async load(file) {
      try {
        if (basename(file) !== file) throw new Error('it is not a name within the folder')
        return await readFile(join(folder, file), 'utf8')
      } catch (error) {
        throw diskError(`load evidence "${file}" from ${folder}`, error)
      }
    },
  }
}

// No separator survives, and no leading dot: the name can neither leave the folder nor hide in it.
function plainName(name: string): string {
  const plain = name
    .replace(/[^A-Za-z0-9._-]/g, '-')
    .replace(/^\.+/, '')
    .slice(0, NAME_LIMIT)
  return plain === '' ? 'evidence' : plain
}

/** A reader sees the whole text or no file, also after a loss of power. */
async function writeWhole(folder: string, file: string, text: string): Promise<void> {
  const temporary = join(folder, `.${file}.tmp`)
  try {
    const handle = await open(temporary, 'w', 0o600)
    try {
      await handle.writeFile(text)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, join(folder, file))
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined) // the first error says more
    throw error
  }
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

function sha256Of(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex')
}

function diskError(doing: string, error: unknown): DependencyError {
  const detail = error instanceof Error ? error.message : String(error)
  return new DependencyError('disk', `Could not ${doing}: ${detail}. Check the disk, its space and its permissions.`, {
    cause: error,
  })
}
