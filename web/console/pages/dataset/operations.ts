import { graphql, type ResultOf } from '../../graphql/graphql';

export const DATASET = graphql(`
  query Dataset($name: String!) {
    dataset(name: $name) {
      name
      rows
      digest
      createdAt
      warnings
      splits { split rows }
      tasks { task kind unlabelledRows labels { label rows } }
    }
  }
`);

export const ROWS = graphql(`
  query DatasetRows($name: String!, $first: Int!, $after: Int, $task: String, $label: String, $unlabelled: Boolean!) {
    dataset(name: $name) {
      name
      digest
      preview(first: $first, after: $after, task: $task, label: $label, unlabelled: $unlabelled) {
        row
        text
        split
        labels { task labels }
      }
    }
  }
`);

export const LABEL = graphql(`
  mutation LabelExamples($dataset: String!, $digest: String!, $changes: [LabelChangeInput!]!) {
    labelExamples(dataset: $dataset, digest: $digest, changes: $changes) { name digest rows }
  }
`);

export const ADD = graphql(`
  mutation AddExamples($dataset: String!, $digest: String!, $examples: [ExampleInput!]!) {
    addExamples(dataset: $dataset, digest: $digest, examples: $examples) { name digest rows }
  }
`);

export const DELETE = graphql(`
  mutation DeleteDataset($name: String!) {
    deleteDataset(name: $name)
  }
`);

export type Dataset = NonNullable<ResultOf<typeof DATASET>['dataset']>;
export type Row = NonNullable<ResultOf<typeof ROWS>['dataset']>['preview'][number];

/** A task as rows are labelled for it: one that the data set has, or one that is being begun. */
export interface LabelledTask {
  readonly task: string;
  readonly kind: 'SINGLE_LABEL' | 'MULTI_LABEL';
  readonly labels: readonly string[];
}
