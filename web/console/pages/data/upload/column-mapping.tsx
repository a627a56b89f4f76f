import { Table } from '../../../parts/table';
import styles from '../data.module.css';
import type { FileStart } from './header';
import { type Mapping, type Role, usualTask } from './mapping';

interface ColumnMappingProps {
  readonly start: FileStart;
  readonly mapping: Mapping;
  change(mapping: Mapping): void;
}

/** A row a column of the file: what it is, and what stands in its first cells. */
export function ColumnMapping({ start: { columns, rows }, mapping, change }: ColumnMappingProps) {
  const set = (place: number, role: Role) => change(mapping.map((each, other) => (other === place ? role : each)));
  return (
    <Table
      caption="Columns of the file"
      rows={columns.map((name, place) => ({ name, place, role: mapping[place] }))}
      keyOf={({ place }) => place}
      columns={[
        { title: 'Column', cell: ({ name }) => name || '(no name)' },
        {
          title: 'Is',
          cell: ({ name, place, role }) => (
            <select
              aria-label={`What column ${name} is`}
              className={styles.role}
              value={role.kind === 'task' && role.many ? 'many' : role.kind}
              onChange={({ target: { value } }) => {
                if (value === 'task' || value === 'many')
                  set(place, { ...(role.kind === 'task' ? role : usualTask(name)), many: value === 'many' });
                else if (value === 'text' || value === 'split' || value === 'nothing') set(place, { kind: value });
              }}
            >
              <option value="text">the text</option>
              <option value="task">a task, one label</option>
              <option value="many">a task, several labels</option>
              <option value="split">the split</option>
              <option value="nothing">left out</option>
            </select>
          ),
        },
        {
          title: 'Task',
          cell: ({ name, place, role }) =>
            role.kind === 'task' ? (
              <input
                aria-label={`Task of column ${name}`}
                className={styles.role}
                value={role.task}
                spellCheck={false}
                onChange={({ target }) => set(place, { ...role, task: target.value })}
              />
            ) : (
              '–'
            ),
        },
        {
          title: 'First cells',
          kind: 'long',
          cell: ({ place }) => (
            <span className={styles.cells}>
              {rows
                .map((row) => row[place] ?? '')
                .filter(Boolean)
                .map(short)
                .join(' · ') || 'empty'}
            </span>
          ),
        },
      ]}
    />
  );
}

const short = (cell: string): string => (cell.length > 60 ? `${cell.slice(0, 57)}…` : cell);
