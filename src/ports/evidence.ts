/** Snapshots taken before the first act of an incident. Every method may reject with DependencyError('disk'). */
export type EvidenceStore = {
  /**
   * Resolves when `text` is on disk under a name made of `name`: characters outside A-Z a-z 0-9 . _ - become `-`,
   * and a name already taken by another text gets a number, so that no evidence is ever replaced.
   * `file` is the name within the store, to be given to `load`; `sha256` is hex, over the text in UTF-8.
   */
  save(name: string, text: string): Promise<{ readonly file: string; readonly sha256: string }>
  /** The text of a saved file. Rejects with DependencyError when there is none of that name. */
  load(file: string): Promise<string>
}
