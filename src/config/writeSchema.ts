import { writeFileSync } from 'node:fs'
import { schemaText } from './schemaText.js'

// Run from the repository's root after a build: node dist/src/config/writeSchema.js
writeFileSync('docs/lifeguard.schema.json', schemaText())
