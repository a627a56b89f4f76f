import { useEffect, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { useApiKey } from '../../../graphql/api-key';
import { Button } from '../../../parts/button';
import { Field, FieldRow } from '../../../parts/field';
import { bytes, percent } from '../../../parts/numbers';
import { Section } from '../../../parts/page';
import { Panel } from '../../../parts/panel';
import { ProgressBar } from '../../../parts/progress-bar';
import { Notice } from '../../../parts/states';
import styles from '../data.module.css';
import { ColumnMapping } from './column-mapping';
import { DropZone } from './drop-zone';
import { type FileStart, readStart } from './header';
import { firstMapping, type Mapping, mappingProblem, parametersOf } from './mapping';
import { Refused } from './refused';
import { type Refusal, send } from './send';

const ENCODINGS = ['utf-8', 'windows-1252', 'iso-8859-15', 'utf-16le', 'shift_jis', 'gb18030'];

interface UploadProps {
  /** Data sets there are: one of the same name is replaced. */
  readonly taken: readonly string[];
}

/** A file becomes a data set: it is chosen, its columns are named, and it is sent. */
export function Upload({ taken }: UploadProps) {
  const [file, setFile] = useState<File>();
  return (
    <Section title="Upload a file">
      {file ? (
        <ChosenFile key={`${file.name} ${file.size} ${file.lastModified}`} file={file} taken={taken} choose={setFile} />
      ) : (
        <DropZone choose={setFile} />
      )}
    </Section>
  );
}

interface ChosenFileProps extends UploadProps {
  readonly file: File;
  choose(file: File | undefined): void;
}

function ChosenFile({ file, taken, choose }: ChosenFileProps) {
  const { headers } = useApiKey();
  const [, navigate] = useLocation();
  const [encoding, setEncoding] = useState('utf-8');
  const [start, setStart] = useState<FileStart>();
  const [mapping, setMapping] = useState<Mapping>([]);
  const [name, setName] = useState(() => nameFrom(file.name));
  const [share, setShare] = useState<number>();
  const [refusal, setRefusal] = useState<Refusal>();
  const sending = useRef<AbortController>(undefined);

  useEffect(() => {
    let current = true;
    readStart(file, encoding).then((read) => {
      if (!current) return;
      setStart(read);
      setMapping(firstMapping(read));
    });
    return () => {
      current = false;
    };
  }, [file, encoding]);
  useEffect(() => () => sending.current?.abort(), []);

  if (!start) return <Panel>Reading {file.name} …</Panel>;
  const wrong = start.problem ?? mappingProblem(mapping);
  const isSending = share !== undefined;

  const upload = async () => {
    sending.current = new AbortController();
    setRefusal(undefined);
    setShare(0);
    const sent = await send({
      path: `/datasets/${encodeURIComponent(name)}?${parametersOf(start.columns, mapping)}`,
      type: `${start.format === 'csv' ? 'text/csv' : 'application/x-ndjson'}; charset=${encoding}`,
      file,
      headers,
      onProgress: setShare,
      signal: sending.current.signal,
    });
    setShare(undefined);
    if (sent.kind === 'stored') navigate(`/data/${name}`);
    if (sent.kind === 'refused') setRefusal(sent.refusal);
  };

  return (
    <div className="stack">
      <Panel label="The file">
        <div className={styles.file}>
          <strong>{file.name}</strong>
          <span className={styles.quiet}>
            {bytes(file.size)}, {start.format === 'csv' ? 'CSV' : 'JSON lines'}
          </span>
          <Button look="quiet" disabled={isSending} onClick={() => choose(undefined)}>
            Choose another file
          </Button>
        </div>
        <FieldRow>
          <Field
            label="Name of the data set"
            hint={
              taken.includes(name)
                ? `There is a data set “${name}”: this one takes its place. Versions trained on it keep what they know.`
                : undefined
            }
          >
            {(control) => (
              <input
                {...control}
                value={name}
                spellCheck={false}
                autoComplete="off"
                onChange={({ target }) => setName(target.value)}
              />
            )}
          </Field>
          <Field label="Encoding">
            {(control) => (
              <select {...control} value={encoding} onChange={({ target }) => setEncoding(target.value)}>
                {ENCODINGS.map((each) => (
                  <option key={each}>{each}</option>
                ))}
              </select>
            )}
          </Field>
        </FieldRow>
      </Panel>
      {start.columns.length > 0 && <ColumnMapping start={start} mapping={mapping} change={setMapping} />}
      {wrong && <Notice kind="warning">{wrong}</Notice>}
      {refusal && <Refused refusal={refusal} />}
      {isSending ? (
        <div className={styles.sending}>
          <ProgressBar label="Upload" share={share} />
          <span>{share < 1 ? percent(share) : 'Being stored …'}</span>
          <Button look="plain" onClick={() => sending.current?.abort()}>
            Stop
          </Button>
        </div>
      ) : (
        <div>
          <Button disabled={wrong !== undefined || name === ''} onClick={upload}>
            {taken.includes(name) ? 'Replace the data set' : 'Upload'}
          </Button>
        </div>
      )}
    </div>
  );
}

/** A name that a data set may have, from that of a file. */
const nameFrom = (file: string): string =>
  file
    .replace(/\.[^.]*$/, '')
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 64);
