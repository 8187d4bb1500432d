import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The checkout; this file runs from dist/test/house. */
export const root = fileURLToPath(new URL('../../../', import.meta.url))

/** A file that does not exist in the tree: `path` as in the checkout, and what stands in it. */
export type Plant = { readonly path: string; readonly text: string }

/**
 * Lints planted files under the project's own .oxlintrc.json, in a folder of their own and in one run. Gives the rules
 * broken in each file, for example `no-restricted-imports`; a file that broke none is absent.
 */
export async function lint(plants: readonly Plant[]): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const folder = await mkdtemp(join(tmpdir(), 'lifeguard-lint-'))
  try {
    await copyFile(join(root, '.oxlintrc.json'), join(folder, '.oxlintrc.json'))
    for (const { path, text } of plants) {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await writeFile(join(folder, path), `${text}\n`)
    }
    return byFile(await oxlint(folder))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function oxlint(folder: string): Promise<string> {
  const bin = join(root, 'node_modules/oxlint/bin/oxlint')
  return new Promise((resolve, reject) => {
    const options = { cwd: folder, maxBuffer: 64 * 1024 * 1024 }
    execFile(process.execPath, [bin, '--format', 'json', '.'], options, (error, stdout, stderr) => {
      // 1 says that something was found, which is what most plants are for.
      if (error !== null && error.code !== 1) reject(new Error(`oxlint failed: ${stderr}${stdout}`, { cause: error }))
      else resolve(stdout)
    })
  })
}

function byFile(json: string): ReadonlyMap<string, ReadonlySet<string>> {
  const { diagnostics } = JSON.parse(json) as { diagnostics: { filename: string; code: string }[] }
  const found = new Map<string, Set<string>>()
  for (const { filename, code } of diagnostics) {
    const rules = found.get(filename) ?? new Set()
    found.set(filename, rules.add(/\(([^)]+)\)/.exec(code)?.[1] ?? code)) // eslint(no-restricted-imports)
  }
  return found
}
