import { useId, useState } from 'react';
import styles from '../data.module.css';

/** Takes a file that is dropped on it, or picked. */
export function DropZone({ choose }: { choose(file: File): void }) {
  const id = useId();
  const [isOver, setOver] = useState(false);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a shortcut for the file input within
    <div
      className={styles.drop}
      data-over={isOver || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        const file = event.dataTransfer.files[0];
        if (file) choose(file);
      }}
    >
      <label htmlFor={id}>Drop a CSV or JSON lines file here, or pick one</label>
      <input
        id={id}
        type="file"
        accept=".csv,.jsonl,.ndjson,text/csv,application/x-ndjson"
        onChange={({ target }) => {
          const file = target.files?.[0];
          if (file) choose(file);
          // So that the same file, mended, can be picked again.
          target.value = '';
        }}
      />
      <p>A row has a text and a label a task. Files of any size are read as they come.</p>
    </div>
  );
}
