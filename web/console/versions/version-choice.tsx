import { useQuery } from 'urql';
import { graphql } from '../graphql/graphql';
import { Field, FieldRow } from '../parts/field';
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
  const names = data?.models.map(({ name }) => name) ?? [];
  const chosen = version === undefined ? `alias ${alias}` : `version ${version}`;
  return (
    <FieldRow>
      <Field label="Model">
        {(control) => (
          <select {...control} value={model} onChange={({ target }) => onChange({ model: target.value })}>
            {(names.includes(model) ? names : [model, ...names]).map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        )}
      </Field>
      <Field label="Version">
        {(control) => (
          <select
            {...control}
            value={chosen}
            onChange={({ target }) => {
              const [kind, which] = target.value.split(' ');
              onChange(kind === 'alias' ? { model, alias: which } : { model, version: Number(which) });
            }}
          >
            {(data?.model?.aliases ?? [{ name: alias, version: undefined }]).map((each) => (
              <option key={each.name} value={`alias ${each.name}`}>
                {each.version === undefined ? each.name : `${each.name} (now ${each.version})`}
              </option>
            ))}
            {(data?.model?.versions ?? (version === undefined ? [] : [{ number: version }])).map(({ number }) => (
              <option key={number} value={`version ${number}`}>
                version {number}
              </option>
            ))}
          </select>
        )}
      </Field>
    </FieldRow>
  );
}
