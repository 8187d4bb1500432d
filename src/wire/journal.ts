import * as seal from '../adapters/sqlite/seal.js'

/** For the terminal: follows the chain of the journal in `dir`. The bot must be stopped. */
export async function verifyJournal(dir: string): Promise<seal.Verified> {
  return await seal.verifyJournal(dir)
}

/** For the terminal: puts a broken journal aside and starts a new one after its last good event. */
export async function sealJournal(dir: string): Promise<seal.Sealed> {
  return await seal.sealJournal(dir)
}
