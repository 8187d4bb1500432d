import { openJournalStore } from './journalStore.js'
import { serve } from './serve.js'
import { openSightingsStore } from './sightingsStore.js'

/** The entry of a store's thread (see thread.ts). libSQL works synchronously: a disk that hangs hangs this thread only. */
await serve({ journal: openJournalStore, history: openSightingsStore })
