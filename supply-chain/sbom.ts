import { spawnSync } from 'node:child_process';
import { lockedPackages } from './lockfile.js';

/** The parts of a CycloneDX document that name packages. */
interface Sbom {
  readonly components: readonly { readonly 'bom-ref': string }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

// npm's own `--omit dev` leaves out what tools need as well as the product does (npm 11.19), so the tools are taken out here.
const { status, stdout, stderr } = spawnSync(
  'npm',
  ['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application'],
  {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    shell: process.platform === 'win32',
  },
);
if (status !== 0) {
  process.stderr.write(stderr);
  process.exitCode = 1;
} else {
  const all: Sbom = JSON.parse(stdout);
  const packages = lockedPackages(new URL('../../package-lock.json', import.meta.url));
  const refOf = ({ name, version }: { readonly name: string; readonly version: string }) => `${name}@${version}`;
  const product = new Set(packages.filter(({ isTool }) => !isTool).map(refOf));
  const tools = new Set(packages.map(refOf).filter((ref) => !product.has(ref)));
  const isOurs = (ref: string) => !tools.has(ref);
  const ours: Sbom = {
    ...all,
    components: all.components.filter((component) => isOurs(component['bom-ref'])),
    dependencies: all.dependencies
      .filter(({ ref }) => isOurs(ref))
      .map((each) => ({ ...each, dependsOn: each.dependsOn.filter(isOurs) })),
  };
  process.stdout.write(`${JSON.stringify(ours, undefined, 2)}\n`);
}
