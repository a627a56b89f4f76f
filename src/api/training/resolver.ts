import { Arg, Ctx, FieldResolver, Float, ID, Int, Mutation, Query, Resolver, Root, Subscription } from 'type-graphql';
import { badInput, unlessDamaged } from '../../errors.js';
import { cancel, retry, submit } from '../../jobs/actions.js';
import { checkEvaluation } from '../../jobs/evaluation-order.js';
import type { JobEvent } from '../../jobs/feed.js';
import type { Job as StoredJob } from '../../jobs/job.js';
import { keptEpochs } from '../../jobs/kept-epochs.js';
import { checkTraining, planTraining } from '../../jobs/order.js';
import { checkProjection } from '../../jobs/projection-order.js';
import { DEFAULT_MODEL } from '../../registry/registry.js';
import type { ServedVersions } from '../../serving/versions.js';
import type { Context } from '../context.js';
import { Split } from '../examples.js';
import { ModelVersion, TaskReport, versionView } from '../models/version.js';
import { EpochMetrics, epochView, JobPhase, KeptEpoch } from './epoch.js';
import { givenTraining, TrainInput } from './input.js';
import { JobKind, JobStatus, jobView, TrainingEvent, TrainingJob, TrainingJobConnection } from './job.js';
import { jobsPage } from './page.js';
import { planView, TrainingPlan } from './plan.js';
import { queued } from './queued.js';

@Resolver(() => TrainingJob)
export class TrainingResolver {
  @Mutation(() => TrainingJob, {
    description: 'Queue a training job; returns at once. Follow it with the subscription `trainingProgress`.',
  })
  async train(
    @Arg('input', () => TrainInput, { description: 'What to learn, and how.' }) input: TrainInput,
    @Ctx() context: Context,
  ): Promise<TrainingJob> {
    const checked = await checkTraining(givenTraining(input), context);
    return jobView(await queued(context, (origin) => submit(checked, context.caller, context, origin)));
  }

  @Query(() => TrainingPlan, {
    description:
      'What `train` would do with the same input: everything is checked as there, and nothing queued or stored.',
  })
  async trainingPlan(
    @Arg('input', () => TrainInput, { description: 'What to learn, and how.' }) input: TrainInput,
    @Ctx() context: Context,
  ): Promise<TrainingPlan> {
    return planView(await planTraining(givenTraining(input), context));
  }

  @Mutation(() => TrainingJob, {
    description:
      'Queue a job that measures a version on the rows of a data set; its `metrics` tell the result, over the rows whose labels the version knows. Its `warnings` tell how many rows were left out, and how many the version learned from. Returns at once.',
  })
  async evaluate(
    @Arg('dataset', () => String, { description: 'The data set.' }) dataset: string,
    @Arg('model', () => String, { description: 'The model.', defaultValue: DEFAULT_MODEL }) model: string,
    @Arg('version', () => Int, {
      nullable: true,
      description: 'The version; the one that `production` points to when absent.',
    })
    version: number | undefined,
    @Arg('split', () => Split, {
      nullable: true,
      description: 'Only rows that say they belong there; all when absent.',
    })
    split: Split | undefined,
    @Ctx() context: Context,
  ): Promise<TrainingJob> {
    const given = { model, version: version ?? undefined, dataset, split: split ?? undefined };
    const checked = await checkEvaluation(given, context);
    return jobView(await queued(context, (origin) => submit(checked, context.caller, context, origin)));
  }

  @Mutation(() => TrainingJob, {
    description:
      'Queue a job that fits a PCA projection for an encoder on the rows of a data set, or on the sentences that come with Manyhead. `embed` uses the newest from then on, unless it is given a `projectionVersion`.',
  })
  async fitProjection(
    @Arg('model', () => String, {
      description: "Whose version's encoder; of the default model, while that has no version, the pretrained one.",
      defaultValue: DEFAULT_MODEL,
    })
    model: string,
    @Arg('version', () => Int, {
      nullable: true,
      description: 'The version; the one that `production` points to when absent.',
    })
    version: number | undefined,
    @Arg('dataset', () => String, {
      nullable: true,
      description:
        'The data set, labels or none, with at least as many different texts as the vectors have dimensions; general English sentences when absent.',
    })
    dataset: string | undefined,
    @Ctx() context: Context,
  ): Promise<TrainingJob> {
    const given = { model, version: version ?? undefined, dataset: dataset ?? undefined };
    const checked = await checkProjection(given, context);
    return jobView(await queued(context, (origin) => submit(checked, context.caller, context, origin)));
  }

  @Mutation(() => TrainingJob, { description: 'End a job that has not ended; it leaves no version.' })
  async cancelTraining(
    @Arg('id', () => ID, { description: 'The job.' }) id: string,
    @Ctx() context: Context,
  ): Promise<TrainingJob> {
    return jobView(await cancel(id, context));
  }

  @Mutation(() => TrainingJob, {
    description: 'Queue a job that failed or was cancelled again, with the same rows and settings.',
  })
  async retryTraining(
    @Arg('id', () => ID, { description: 'The job.' }) id: string,
    @Ctx() context: Context,
  ): Promise<TrainingJob> {
    return jobView(await queued(context, (origin) => retry(id, context, origin)));
  }

  @Query(() => TrainingJob, { nullable: true, description: 'A job by id; null where there is none.' })
  async trainingJob(
    @Arg('id', () => ID, { description: 'The job.' }) id: string,
    @Ctx() { records, served }: Context,
  ): Promise<TrainingJob | undefined> {
    const job = await records.find(id);
    if (job) await catchUpWith(job, served);
    return job && jobView(job);
  }

  @Query(() => TrainingJobConnection, { description: 'Jobs, newest first.' })
  async trainingJobs(
    @Arg('first', () => Int, { description: 'How many, 1 to 1000.', defaultValue: 20 }) first: number,
    @Arg('after', () => String, { nullable: true, description: 'Only jobs after this `endCursor`.' }) after:
      | string
      | undefined,
    @Arg('status', () => [JobStatus], { nullable: true, description: 'Only jobs that stand there.' }) status:
      | JobStatus[]
      | undefined,
    @Arg('model', () => String, { nullable: true, description: 'Only jobs of this model.' }) model: string | undefined,
    @Arg('kind', () => [JobKind], { nullable: true, description: 'Only jobs of these kinds.' }) kind:
      | JobKind[]
      | undefined,
    @Ctx() { records }: Context,
  ): Promise<TrainingJobConnection> {
    if (first < 1 || first > 1000) throw badInput('first', `first is ${first}: give 1 to 1000.`);
    const statuses = status && new Set<string>(status);
    const kinds = kind && new Set<string>(kind);
    const page = await jobsPage(
      records,
      first,
      after ?? undefined,
      (job) =>
        (statuses?.has(job.status) ?? true) && (kinds?.has(job.kind) ?? true) && (model == null || job.model === model),
    );
    return { ...page, nodes: page.jobs.map(jobView) };
  }

  @Subscription(() => TrainingEvent, {
    description: "Starts with the job's current state, then every change; completes when the job has ended.",
    subscribe: async ({ args, context }: { args: { id: string }; context: Context }) => {
      // Asked here already, so that a job that is not there is an answer and not a broken stream.
      await context.records.get(args.id);
      return context.feed.follow(args.id);
    },
  })
  async trainingProgress(
    @Root() event: JobEvent,
    @Arg('id', () => ID, { description: 'The job.' }) _id: string,
    @Ctx() { feed, served }: Context,
  ): Promise<TrainingEvent> {
    await catchUpWith(event.job, served);
    return eventView(event, (await feed.progress(event.job))?.etaSeconds);
  }

  @Subscription(() => TrainingJob, {
    description: 'Every status change of every job.',
    subscribe: ({ args, context }: { args: { model?: string | null }; context: Context }) =>
      context.feed.changes(args.model ?? undefined),
  })
  trainingJobChanged(
    @Root() job: StoredJob,
    @Arg('model', () => String, { nullable: true, description: 'Only jobs of this model.' }) _model: string | undefined,
  ): TrainingJob {
    return jobView(job);
  }

  @FieldResolver(() => Float, { description: '0 to 1.' })
  async progress(@Root() { stored }: TrainingJob, @Ctx() { feed }: Context): Promise<number> {
    if (stored.state.status === 'SUCCEEDED') return 1;
    return (await feed.progress(stored))?.progress ?? 0;
  }

  @FieldResolver(() => JobPhase, { nullable: true, description: 'What it is busy with, while it runs.' })
  async phase(@Root() { stored }: TrainingJob, @Ctx() { feed }: Context): Promise<string | undefined> {
    return (await feed.progress(stored))?.phase;
  }

  @FieldResolver(() => Float, { nullable: true, description: 'How long it may still take, while it runs.' })
  async etaSeconds(@Root() { stored }: TrainingJob, @Ctx() { feed }: Context): Promise<number | undefined> {
    return (await feed.progress(stored))?.etaSeconds;
  }

  @FieldResolver(() => Float, { nullable: true, description: 'Rows encoded or learned from a second, while it runs.' })
  async examplesPerSecond(@Root() { stored }: TrainingJob, @Ctx() { feed }: Context): Promise<number | undefined> {
    return (await feed.progress(stored))?.examplesPerSecond;
  }

  @FieldResolver(() => [EpochMetrics], {
    description: 'One entry an epoch, kept after the queue has forgotten the job.',
  })
  async history(@Root() { stored }: TrainingJob, @Ctx() { records }: Context): Promise<readonly EpochMetrics[]> {
    return ((await unlessDamaged(records.history(stored))) ?? []).map(epochView);
  }

  @FieldResolver(() => [KeptEpoch], {
    description:
      'TRAIN: the epoch that each head which learned was kept from, once it is done: the one with the lowest validation loss, or the last where nothing validates.',
  })
  async keptEpochs(@Root() { stored }: TrainingJob, @Ctx() { records }: Context): Promise<readonly KeptEpoch[]> {
    return keptEpochs(stored, (await unlessDamaged(records.history(stored))) ?? []);
  }

  @FieldResolver(() => [TaskReport], {
    description: 'How well the heads do on the rows that were held back; on all rows where the job only evaluated.',
  })
  metrics(@Root() { stored }: TrainingJob): readonly TaskReport[] {
    return stored.state.status === 'SUCCEEDED' ? stored.state.result.reports : [];
  }

  @FieldResolver(() => ModelVersion, { nullable: true, description: 'The version it made.' })
  async version(@Root() { stored }: TrainingJob, @Ctx() { registry }: Context): Promise<ModelVersion | undefined> {
    const { order, state } = stored;
    if (state.status !== 'SUCCEEDED' || state.result.kind !== 'VERSION') return undefined;
    const { version } = state.result;
    return (await registry.versions(order.model)).includes(version)
      ? versionView(await registry.version(order.model, version))
      : undefined;
  }
}

/** Who is told that a job's version was promoted is answered by it from then on. */
async function catchUpWith({ order, state }: StoredJob, served: ServedVersions): Promise<void> {
  if (state.status === 'SUCCEEDED' && state.result.kind === 'VERSION' && state.result.promotion.promoted)
    await served.catchUp(order.model);
}

function eventView(event: JobEvent, etaSeconds: number | undefined): TrainingEvent {
  const view = { job: jobView(event.job), kind: event.kind, etaSeconds };
  switch (event.kind) {
    case 'STEP': {
      const { step, at } = event.progress;
      return { ...view, ...step, taskLosses: step?.tasks.map((task) => ({ ...task, support: 0 })), at };
    }
    case 'EPOCH': {
      const { epoch, trainLoss, tasks, headLearningRate, encoderLearningRate, at } = event.epoch;
      return { ...view, epoch, loss: trainLoss, taskLosses: tasks, headLearningRate, encoderLearningRate, at };
    }
    default:
      return { ...view, at: new Date().toISOString() };
  }
}
