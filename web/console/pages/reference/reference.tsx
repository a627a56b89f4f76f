import { examples } from '../../../examples';
import { ButtonWayOut } from '../../parts/button';
import { CopyButton } from '../../parts/copy-button';
import { Page, Section } from '../../parts/page';
import { Table } from '../../parts/table';
import styles from './reference.module.css';

const ADDRESSES = [
  { address: 'POST /graphql', what: 'queries and mutations' },
  { address: 'WebSocket /graphql', what: 'subscriptions, by the graphql-transport-ws protocol' },
  { address: 'PUT /datasets/<name>', what: 'a data set as CSV or JSON lines, however large' },
  { address: 'POST /v1/embeddings, GET /v1/models', what: 'vectors, as clients of the OpenAI API ask for them' },
  { address: 'GET /graphql', what: 'GraphiQL, for browsers' },
  { address: 'GET /readyz, /livez, /metrics', what: 'for what watches the server' },
];

/** How everything here is done from elsewhere: the addresses, operations to begin with, and the way to GraphiQL. */
export default function ReferencePage() {
  return (
    <Page
      title="API"
      intro="Everything the console does, it does through the GraphQL API of this server. GraphiQL has the schema, and these examples as tabs."
      actions={
        <ButtonWayOut look="main" href="/graphql">
          Open GraphiQL
        </ButtonWayOut>
      }
    >
      <Section title="Examples">
        <div className={styles.examples}>
          {examples.map(({ query }) => (
            <Example key={query} query={query} />
          ))}
        </div>
      </Section>
      <Section title="Addresses">
        <Table
          caption="Addresses and what each is for"
          rows={ADDRESSES}
          keyOf={({ address }) => address}
          columns={[
            { title: 'Address', cell: ({ address }) => <code>{address}</code> },
            { title: 'What for', kind: 'long', cell: ({ what }) => what },
          ]}
        />
      </Section>
    </Page>
  );
}

function Example({ query }: { readonly query: string }) {
  const { name, about } = headOf(query);
  return (
    <details className={styles.example}>
      <summary>
        <strong>{name}</strong> <span>{about}</span>
      </summary>
      <div className={styles.source}>
        <CopyButton text={query} what={name} />
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
        <pre tabIndex={0}>{query.trim()}</pre>
      </div>
    </details>
  );
}

/** An example's name, and the comment it begins with, up to that comment's first empty line. */
function headOf(query: string): { readonly name: string; readonly about: string } {
  const [about] = (query.match(/^(?:#.*\n)+/)?.[0] ?? '').replaceAll(/^# ?/gm, '').split('\n\n');
  const name = query.match(/^(?:query|mutation|subscription) (\w+)/m)?.[1] ?? 'Example';
  return { name, about: about.replaceAll('\n', ' ').trim() };
}
