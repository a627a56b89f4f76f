import type { Json } from '../system/stage.js';
import { ask } from './asking.js';
import { CLASSIFY, MODELS, saidIn } from './clients.js';
import type { Standing } from './drained.js';
import { versionsIn, versionsOfJobs, wrongIn } from './folder.js';
import { TEXTS } from './rows.js';
import { hears, type Pointing, type Witness } from './witness.js';

/** Everything that is not as it must be, once all is healed, drained and swept; nothing is what it should come to. */
export async function losses(
  addresses: readonly string[],
  folder: string,
  witness: Witness,
  standings: ReadonlyMap<string, Standing>,
): Promise<readonly string[]> {
  const found = [...lostJobs(witness, standings), ...(await wrongIn(folder))];
  const histories = new Map<string, readonly Json[]>();
  for (const model of MODELS) histories.set(model, await historyOf(addresses[0], model));
  found.push(...(await lostVersions(folder, histories, standings)));
  for (const [model, pointed] of witness.pointed)
    found.push(...lostPointings(model, pointed, histories.get(model) ?? []));
  for (const model of MODELS) found.push(...(await wrongAnswers(addresses, model, witness)));
  found.push(...(await lostDatasets(addresses[0], witness)));
  return [...found, ...witness.complaints];
}

function* lostJobs({ jobs }: Witness, standings: ReadonlyMap<string, Standing>): Generator<string> {
  for (const [id, expected] of jobs) {
    const standing = standings.get(id);
    if (standing === undefined) yield `job ${id} was accepted, and is not there`;
    else if (!endsWell(expected, standing))
      yield `job ${id} of ${standing.model} is ${standing.status} ${standing.code ?? ''}: expected ${expected}`;
  }
  for (const [id, { status, code, model }] of standings)
    if (status === 'FAILED' && code === 'INTERNAL')
      yield `job ${id} of ${model} failed for a reason that nobody thought of`;
}

function endsWell(expected: string, { status, code }: Standing): boolean {
  // A version that it goes on from, or measures, may be deleted in the very moment it is asked for.
  const isForgiven = status === 'FAILED' && code === 'NOT_FOUND';
  if (expected === 'succeeds') return status === 'SUCCEEDED' || isForgiven;
  if (expected === 'cancelled') return status === 'CANCELLED';
  return status !== 'QUEUED' && status !== 'RUNNING';
}

async function historyOf(address: string, model: string): Promise<readonly Json[]> {
  const outcome = await ask(
    address,
    'query($model: String!) { model(name: $model) { history(first: 1000) { kind alias version } } }',
    { model },
  );
  return outcome.kind === 'done' ? [...(outcome.data.model?.history ?? [])].reverse() : [];
}

/** A version a job, a job a version, unless it was deleted. */
async function lostVersions(
  folder: string,
  histories: ReadonlyMap<string, readonly Json[]>,
  standings: ReadonlyMap<string, Standing>,
): Promise<readonly string[]> {
  const found: string[] = [];
  const there = await versionsIn(folder);
  const made = await versionsOfJobs(folder);
  const deleted = (model: string, number: number) =>
    (histories.get(model) ?? []).some(({ kind, version }) => kind === 'VERSION_DELETED' && version === number);
  for (const { model, number, jobId } of there) {
    if (deleted(model, number)) found.push(`version ${number} of ${model} was deleted, and is there`);
    if (made.get(jobId) !== number)
      found.push(
        `version ${number} of ${model}: its job ${jobId} is ${standings.get(jobId)?.status}, version ${made.get(jobId)}`,
      );
  }
  for (const [id, number] of made) {
    const model = standings.get(id)?.model ?? '';
    if (!there.some((each) => each.model === model && each.number === number) && !deleted(model, number))
      found.push(`version ${number} of ${model} is gone: job ${id} has made it`);
  }
  return found;
}

/** What was acknowledged stands in the ledger in its order; between it stands what nobody was told of. */
function* lostPointings(model: string, pointed: readonly Pointing[], history: readonly Json[]): Generator<string> {
  let place = 0;
  for (const { alias, version } of pointed) {
    const at = history.findIndex(
      (entry, index) =>
        index >= place &&
        entry.kind === 'POINTED' &&
        entry.alias === alias &&
        (version === undefined || entry.version === version),
    );
    if (at < 0)
      yield `${model}: ${alias} was pointed at ${version ?? 'the version before'}, and the ledger does not say so`;
    else place = at + 1;
  }
}

/** Every version answers, on every API process, as it did before; every alias points to a version. */
async function wrongAnswers(addresses: readonly string[], model: string, witness: Witness): Promise<readonly string[]> {
  const found: string[] = [];
  const outcome = await ask(
    addresses[0],
    'query($model: String!) { model(name: $model) { aliases { name version } versions(first: 1000) { number } } }',
    { model },
  );
  if (outcome.kind !== 'done') return [`${model} cannot be read: ${JSON.stringify(outcome)}`];
  const { aliases, versions } = outcome.data.model ?? { aliases: [], versions: [] };
  const numbers: number[] = versions.map(({ number }: Json) => number);
  for (const { name, version } of aliases)
    if (!numbers.includes(version)) found.push(`${model}: ${name} points to ${version}, which is not there`);
  for (const key of witness.deleted)
    if (numbers.some((number) => key === `${model} ${number}`)) found.push(`${key} was deleted, and is there`);
  for (const version of numbers)
    for (const address of addresses) {
      const answer = await ask(address, CLASSIFY, { model, version, texts: TEXTS });
      if (answer.kind === 'done')
        for (const each of answer.data.classify) hears(witness, model, version, each.text, saidIn(each));
      else found.push(`version ${version} of ${model} does not answer at ${address}: ${JSON.stringify(answer)}`);
    }
  return found;
}

async function lostDatasets(address: string, { datasets }: Witness): Promise<readonly string[]> {
  const found: string[] = [];
  for (const [name, digests] of datasets) {
    const outcome = await ask(address, 'query($name: String!) { dataset(name: $name) { digest } }', { name });
    const digest = outcome.kind === 'done' ? outcome.data.dataset?.digest : 'unreadable';
    if (!digests.has(digest) && !digests.has('unknown'))
      found.push(`data set ${name} is ${digest}: expected ${[...digests].join(' or ')}`);
  }
  return found;
}
