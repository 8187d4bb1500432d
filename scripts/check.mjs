/**
 * Everything that must be green before a push, one line each: format, lint, types, dead code, tests.
 * Runs them all, shows what the failed ones wrote, and fails when any did.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

const checks = [
  { name: 'format', args: ['node_modules/oxfmt/bin/oxfmt', '--check', '.'], advice: 'npm run format puts it right' },
  { name: 'lint', args: ['node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings'] },
  { name: 'types', args: ['node_modules/typescript/bin/tsc'] },
  { name: 'dead code', args: ['node_modules/knip/bin/knip.js'] },
  { name: 'tests', args: ['--enable-source-maps', 'scripts/test.mjs'] },
]

for (const { name, args, advice = '' } of checks) {
  const startedAt = performance.now()
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  const written = `${stdout}${stderr}`.trim()
  const lastLine = name === 'tests' ? `: ${written.split('\n').at(-1)}` : ''
  console.log(`${status === 0 ? 'ok' : 'not ok'} ${name}${lastLine} (${seconds} s)`)
  if (status === 0) continue
  process.exitCode = 1
  console.log(
    [written, advice]
      .filter((text) => text !== '')
      .join('\n')
      .replaceAll(/^/gm, '  '),
  )
}
