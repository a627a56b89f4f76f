import { Arg, Ctx, Field, InputType, Int, Mutation, Resolver } from 'type-graphql';
import { checkExamples } from '../datasets/check.js';
import { checkChanges, checkKinds, followedBy, relabelled } from '../datasets/revision.js';
import { MOST_LABELS, MOST_TASKS } from '../datasets/task-limits.js';
import { checkName } from '../names.js';
import type { Context } from './context.js';
import { Dataset, ExampleInput, TaskLabelInput } from './datasets.js';

@InputType({
  description:
    'What a row shall say of one task: `label` or `labels`, as the task has one or many; nothing, where neither is given.',
})
class LabelChangeInput extends TaskLabelInput {
  @Field(() => Int, { description: 'Its place in the data set, from 0.' })
  row!: number;
}

const DIGEST =
  'The `digest` of the data set that this was decided on: where it has another by now, nothing is changed.';

const LIMITS = `At most ${MOST_TASKS} tasks, and ${MOST_LABELS} labels a task, those of the data set among them.`;

/** Small changes to a data set, each refused where somebody else has changed it in the meantime. */
@Resolver()
export class LabellingResolver {
  @Mutation(() => Dataset, {
    description: `Give rows of a data set other labels; all else stays as it is. ${LIMITS}`,
  })
  async labelExamples(
    @Arg('dataset', () => String, { description: 'The data set.' }) name: string,
    @Arg('digest', () => String, { description: DIGEST }) digest: string,
    @Arg('changes', () => [LabelChangeInput], { description: 'One entry a row and task.' }) changes: LabelChangeInput[],
    @Ctx() { datasets, tokenLimit }: Context,
  ): Promise<Dataset> {
    const dataset = await datasets.get(checkName('dataset', name), 'dataset');
    const checked = checkChanges('changes', changes, dataset);
    return datasets.revise(name, digest, (rows) => relabelled(rows, checked), tokenLimit);
  }

  @Mutation(() => Dataset, { description: `Add rows to the end of a data set. ${LIMITS}` })
  async addExamples(
    @Arg('dataset', () => String, { description: 'The data set.' }) name: string,
    @Arg('digest', () => String, { description: DIGEST }) digest: string,
    @Arg('examples', () => [ExampleInput], { description: 'The rows.' }) examples: ExampleInput[],
    @Ctx() { datasets, tokenLimit }: Context,
  ): Promise<Dataset> {
    const dataset = await datasets.get(checkName('dataset', name), 'dataset');
    const added = checkExamples('examples', examples, dataset.tasks);
    checkKinds('examples', added, dataset);
    return datasets.revise(name, digest, (rows) => followedBy(rows, added), tokenLimit);
  }
}
