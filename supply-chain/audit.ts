import { spawnSync } from 'node:child_process';

/** What `npm audit --json` says. */
type Report =
  | { readonly error: { readonly summary?: string } }
  | {
      readonly vulnerabilities: Readonly<Record<string, { readonly severity: string; readonly range: string }>>;
      readonly metadata: { readonly dependencies: { readonly prod: number } };
    }
  | { readonly message: string };

// Exit code 0: nothing is known. 1: something is. 2: the registry does not say.
const { stdout, stderr } = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
  encoding: 'utf8',
  shell: process.platform === 'win32',
});
const report = readReport(stdout);
if (report === undefined || !('vulnerabilities' in report)) {
  process.stderr.write(`The registry does not answer audits, so nothing is known either way.\n${stderr}`);
  process.exitCode = 2;
} else {
  const found = Object.entries(report.vulnerabilities);
  for (const [name, { severity, range }] of found) process.stderr.write(`${severity}: ${name} ${range}\n`);
  if (found.length === 0)
    process.stdout.write(`No vulnerability is known in ${report.metadata.dependencies.prod} production packages.\n`);
  process.exitCode = found.length > 0 ? 1 : 0;
}

function readReport(text: string): Report | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
