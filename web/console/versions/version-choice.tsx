import { useQuery } from 'urql';
import { graphql, type ResultOf } from '../graphql/graphql';
import { FieldRow, SelectField } from '../parts/field';
import type { AskedVersion } from './ask';

const CHOICE = graphql(`
  query VersionChoice($model: String!) {
    models {
      name
    }
    model(name: $model) {
      aliases {
        name
        version
      }
      versions(first: 1000) {
        number
      }
    }
  }
`);

interface VersionChoiceProps {
  readonly asked: AskedVersion;
  readonly onChange: (asked: AskedVersion) => void;
}

/** A model, and one of its versions by alias or number. */
export function VersionChoice({ asked, onChange }: VersionChoiceProps) {
  const { model, version, alias = 'production' } = asked;
  const [{ data }] = useQuery({ query: CHOICE, variables: { model } });
  const chosen = version === undefined ? `alias ${alias}` : `version ${version}`;
  return (
    <FieldRow>
      <SelectField
        label="Model"
        value={model}
        options={(data?.models ?? [{ name: model }]).map(({ name }) => ({ value: name, title: name }))}
        onChange={(name) => onChange({ model: name })}
      />
      <SelectField
        label="Version"
        value={chosen}
        options={data ? versionsOf(data.model) : [{ value: chosen, title: version === undefined ? alias : chosen }]}
        onChange={(value) => {
          const [kind, which] = value.split(' ');
          onChange(kind === 'alias' ? { model, alias: which } : { model, version: Number(which) });
        }}
      />
    </FieldRow>
  );
}

/** `production` is there to choose even where the model is not: it is what a first training makes. */
const versionsOf = (model: ResultOf<typeof CHOICE>['model']) =>
  model
    ? [
        ...model.aliases.map(({ name, version }) => ({ value: `alias ${name}`, title: `${name} (now ${version})` })),
        ...model.versions.map(({ number }) => ({ value: `version ${number}`, title: `version ${number}` })),
      ]
    : [{ value: 'alias production', title: 'production' }];
