import { writeFileSync } from 'node:fs';
import { licencesPage, refused } from './licences.js';
import { lockedPackages } from './lockfile.js';

const project = new URL('../../', import.meta.url);
const packages = lockedPackages(new URL('package-lock.json', project));
writeFileSync(new URL('docs/licences.md', project), licencesPage(packages));
const wrong = refused(packages);
for (const { name, version, licence } of wrong)
  process.stderr.write(`${name} ${version} has the licence ${licence}, which is not on the list.\n`);
process.exitCode = wrong.length > 0 ? 1 : 0;
