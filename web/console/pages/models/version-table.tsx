import { Link, useSearchParams } from 'wouter';
import { graphql, type ResultOf } from '../../graphql/graphql';
import { ButtonLink } from '../../parts/button';
import { Network } from '../../parts/network';
import { bytes, percent } from '../../parts/numbers';
import { type Column, Table } from '../../parts/table';
import { Tag } from '../../parts/tag';
import { Moment } from '../../parts/times';
import { lineage } from './lineage';
import { LineageCell } from './lineage-cell';
import styles from './models.module.css';
import { Promote } from './promote';

export const versionRowFields = graphql(`
  fragment VersionRow on ModelVersion {
    number
    parent
    createdAt
    dataset
    sizeBytes
    freeze {
      backbone
      frozenLayers
    }
    encoder {
      layers
    }
    tasks {
      task
      frozen
    }
    metrics {
      task
      macroF1
    }
  }
`);

type Version = ResultOf<typeof versionRowFields>;

/** Columns of scores: tasks beyond these are told on a version's own page. */
const MOST_TASKS = 4;

interface VersionTableProps {
  readonly model: string;
  /** Newest first. */
  readonly versions: readonly Version[];
  readonly aliases: readonly { readonly name: string; readonly version: number }[];
}

/** A row a version: where it came from, what learned, how good it is; two of them can be chosen to be compared. */
export function VersionTable({ model, versions, aliases }: VersionTableProps) {
  const [search, setSearch] = useSearchParams();
  const chosen = chosenIn(search);
  const rows = lineage(versions);
  const lanes = Math.max(1, ...rows.map(({ lane, lines }) => 1 + Math.max(lane, ...lines.map(({ from }) => from))));
  const production = aliases.find(({ name }) => name === 'production')?.version;
  const tasks = [...new Set(versions.flatMap(({ tasks }) => tasks.map(({ task }) => task)))].slice(0, MOST_TASKS);
  const columns: Column<Version & { readonly place: number }>[] = [
    {
      title: 'Version',
      cell: ({ number, place }) => (
        <span className={styles.version}>
          <LineageCell row={rows[place]} lanes={lanes} />
          <Link href={`/models/${model}/versions/${number}`}>{number}</Link>
          {aliases
            .filter(({ version }) => version === number)
            .map(({ name }) => (
              <Tag key={name} tone={name === 'production' ? 'accent' : 'plain'}>
                {name}
              </Tag>
            ))}
        </span>
      ),
    },
    { title: 'From', kind: 'number', cell: ({ parent }) => parent ?? '–' },
    {
      title: 'Learned',
      cell: ({ freeze, encoder, tasks }) => (
        <Network {...freeze} layers={encoder.layers ?? undefined} heads={tasks} size="small" />
      ),
    },
    ...tasks.map(
      (task): Column<Version> => ({
        title: `${task}, macro F1`,
        kind: 'number',
        cell: ({ metrics }) => {
          const report = metrics.find((each) => each.task === task);
          return report ? percent(report.macroF1) : '–';
        },
      }),
    ),
    { title: 'Data set', cell: ({ dataset }) => dataset ?? 'rows without a name' },
    { title: 'Size', kind: 'number', cell: ({ sizeBytes }) => bytes(sizeBytes) },
    { title: 'Made', cell: ({ createdAt }) => <Moment at={createdAt} /> },
    {
      title: 'Compare',
      cell: ({ number }) => (
        <input
          type="checkbox"
          aria-label={`Compare version ${number}`}
          checked={chosen.includes(number)}
          onChange={({ target }) => {
            const others = chosen.filter((each) => each !== number);
            const next = target.checked ? lastTwo([...others, number]) : others;
            setSearch(next.length > 0 ? { compare: next.join(',') } : {}, { replace: true });
          }}
        />
      ),
    },
    {
      title: 'Production',
      cell: ({ number }) =>
        number === production ? 'serves now' : <Promote model={model} version={number} look="quiet" />,
    },
  ];
  const [a, b] = [...chosen].sort((one, other) => one - other);
  return (
    <>
      <div className={styles.versions}>
        <Table
          caption={`Versions of ${model}`}
          rows={versions.map((version, place) => ({ ...version, place }))}
          keyOf={({ number }) => number}
          isMarked={({ number }) => number === production}
          columns={columns}
        />
      </div>
      {b !== undefined && (
        <div className={styles.chosen}>
          <ButtonLink look="main" href={`/models/${model}/compare?a=${a}&b=${b}`}>
            {`Compare ${a} and ${b}`}
          </ButtonLink>
        </div>
      )}
    </>
  );
}

/** The two chosen last are compared. */
const lastTwo = (numbers: readonly number[]): readonly number[] => numbers.slice(-2);

function chosenIn(search: URLSearchParams): readonly number[] {
  const numbers = search.get('compare')?.split(',').map(Number) ?? [];
  return lastTwo([...new Set(numbers.filter((number) => Number.isInteger(number) && number > 0))]);
}
