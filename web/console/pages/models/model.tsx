import { useState } from 'react';
import { useQuery } from 'urql';
import { useParams } from 'wouter';
import { graphql } from '../../graphql/graphql';
import { Button, ButtonLink } from '../../parts/button';
import { NetworkLegend } from '../../parts/network';
import { Page, Section } from '../../parts/page';
import { Answer, Empty } from '../../parts/states';
import { History, historyFields } from './history';
import { RollBack } from './roll-back';
import { VersionTable, versionRowFields } from './version-table';

const MODEL = graphql(
  `
  query Model($name: String!, $first: Int!, $changes: Int!) {
    model(name: $name) {
      name
      aliases {
        name
        version
        previous
      }
      versions(first: $first) {
        ...VersionRow
      }
      history(first: $changes) {
        ...ModelHistory
      }
    }
  }
`,
  [versionRowFields, historyFields],
);

/** Versions and changes shown at first, and how many more with each press of the button. */
const FIRST = 50;
const FIRST_CHANGES = 20;
const MORE = 200;

/** One model: its versions with where each came from, what happened to it, and the way back. */
export default function ModelPage() {
  const { model: name = '' } = useParams();
  const [first, setFirst] = useState(FIRST);
  const [changes, setChanges] = useState(FIRST_CHANGES);
  const [result, again] = useQuery({ query: MODEL, variables: { name, first, changes } });
  const production = result.data?.model?.aliases.find((alias) => alias.name === 'production');
  return (
    <Page
      title={name}
      above={[{ title: 'Models', href: '/models' }]}
      intro={production && `Version ${production.version} is in production.`}
      actions={
        <>
          <ButtonLink href={`/?model=${name}`}>Try</ButtonLink>
          {production && production.previous !== null && (
            <RollBack model={name} from={production.version} to={production.previous} />
          )}
        </>
      }
    >
      <Answer of={result} what="the model" again={again}>
        {({ model }) =>
          model === null ? (
            <Empty action={<ButtonLink href="/models">See the models</ButtonLink>}>There is no model {name}.</Empty>
          ) : (
            <>
              <Section title="Versions" aside={<NetworkLegend />}>
                <VersionTable model={name} versions={model.versions} aliases={model.aliases} />
                {model.versions.length === first && (
                  <Button look="quiet" disabled={result.stale} onClick={() => setFirst(first + MORE)}>
                    Show older versions
                  </Button>
                )}
              </Section>
              <Section title="History">
                <History model={name} changes={model.history} />
                {model.history.length === changes && (
                  <Button look="quiet" disabled={result.stale} onClick={() => setChanges(changes + MORE)}>
                    Show older changes
                  </Button>
                )}
              </Section>
            </>
          )
        }
      </Answer>
    </Page>
  );
}
