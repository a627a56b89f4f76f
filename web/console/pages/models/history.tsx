import { Link } from 'wouter';
import { graphql, type ResultOf } from '../../graphql/graphql';
import { Empty } from '../../parts/states';
import { Table } from '../../parts/table';
import { Moment } from '../../parts/times';

export const historyFields = graphql(`
  fragment ModelHistory on ModelChange {
    kind
    at
    by
    alias
    from
    version
    decision {
      promoted
      reason
    }
  }
`);

type Change = ResultOf<typeof historyFields>;

/** What happened to a model, newest first, and who asked for it. */
export function History({ model, changes }: { readonly model: string; readonly changes: readonly Change[] }) {
  if (changes.length === 0) return <Empty>Nothing has happened to it since it was made.</Empty>;
  return (
    <Table
      caption={`History of ${model}`}
      rows={changes.map((change, place) => ({ ...change, place }))}
      keyOf={({ place }) => place}
      columns={[
        { title: 'When', cell: ({ at }) => (at ? <Moment at={at} /> : 'long ago') },
        {
          title: 'Version',
          kind: 'number',
          cell: ({ version, kind }) =>
            version === null ? (
              '–'
            ) : kind === 'VERSION_DELETED' ? (
              version
            ) : (
              <Link href={`/models/${model}/versions/${version}`}>{version}</Link>
            ),
        },
        { title: 'What', kind: 'long', cell: inWords },
        { title: 'By', cell: ({ by }) => by ?? '–' },
      ]}
    />
  );
}

function inWords({ kind, alias, from, version, decision }: Change): string {
  switch (kind) {
    case 'POINTED':
      return from === null ? `${alias} was pointed at ${version}` : `${alias} was pointed from ${from} to ${version}`;
    case 'DECIDED':
      return `${decision?.promoted ? 'took over production' : 'was not promoted'}: ${decision?.reason ?? 'no reason is known'}`;
    case 'ALIAS_REMOVED':
      return `${alias} was removed`;
    case 'VERSION_DELETED':
      return 'was deleted';
  }
}
