import { FieldRow, SelectField } from '../../parts/field';
import type { LabelledTask } from './operations';
import type { RowFilter } from './place';

interface FilterProps {
  readonly tasks: readonly LabelledTask[];
  readonly filter: RowFilter;
  change(filter: RowFilter): void;
}

/** Rows by task and label, or those that have none yet. */
export function Filter({ tasks, filter: { task, label, unlabelled }, change }: FilterProps) {
  const labels = tasks.find((each) => each.task === task)?.labels ?? [...new Set(tasks.flatMap((each) => each.labels))];
  return (
    <FieldRow>
      <SelectField
        label="Task"
        value={task ?? ''}
        options={[{ value: '', title: 'Any task' }, ...tasks.map(({ task }) => ({ value: task, title: task }))]}
        onChange={(value) => change({ task: value || undefined, label: undefined, unlabelled })}
      />
      <SelectField
        label="Label"
        value={unlabelled ? 'unlabelled' : label === undefined ? 'any' : `label ${label}`}
        options={[
          { value: 'any', title: task === undefined ? 'All rows' : 'Any label' },
          { value: 'unlabelled', title: 'No label yet' },
          ...labels.map((each) => ({ value: `label ${each}`, title: each })),
        ]}
        onChange={(value) =>
          change({
            task,
            unlabelled: value === 'unlabelled',
            label: value.startsWith('label ') ? value.slice('label '.length) : undefined,
          })
        }
      />
    </FieldRow>
  );
}
