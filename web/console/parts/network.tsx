import styles from './network.module.css';

/** What learned in a version, or would: a layer, the embeddings below them, or a head. */
export interface NetworkProps {
  /** Layers of the encoder; undefined where that is not known. */
  readonly layers: number | undefined;
  readonly backbone: 'FULL' | 'PARTIAL' | 'NONE';
  /** With PARTIAL: how many layers from the bottom kept their weights. */
  readonly frozenLayers: number | null;
  readonly heads: readonly { readonly task: string; readonly frozen: boolean }[];
  /** `small`: for the row of a table, without words. */
  readonly size?: 'small' | 'large';
}

/** The network from the embeddings on the left to its heads on the right: what learned is filled, what kept its weights is not. */
export function Network(props: NetworkProps) {
  const { backbone, frozenLayers, heads, size = 'large' } = props;
  const layers = props.layers ?? 6;
  const learned = (layer: number) => backbone === 'NONE' || (backbone === 'PARTIAL' && layer > (frozenLayers ?? 0));
  const isLarge = size === 'large';
  return (
    <div className={`${styles.network} ${styles[size]}`} role="img" aria-label={networkInWords(props)}>
      <Block learned={backbone === 'NONE'} words={isLarge ? 'Embeddings' : undefined} />
      <div className={styles.layers}>
        {Array.from({ length: layers }, (_, below) => below + 1).map((layer) => (
          <Block key={layer} learned={learned(layer)} words={isLarge ? String(layer) : undefined} />
        ))}
      </div>
      <div className={styles.heads}>
        {heads.map(({ task, frozen }) => (
          <Block key={task} learned={!frozen} words={isLarge ? task : undefined} />
        ))}
      </div>
    </div>
  );
}

function Block({ learned, words }: { readonly learned: boolean; readonly words: string | undefined }) {
  return (
    <span className={styles.block} data-learned={learned || undefined}>
      {words}
    </span>
  );
}

/** The picture in a sentence, such as "Encoder frozen; heads learned: topic, sentiment". */
export function networkInWords({ backbone, frozenLayers, heads, layers }: NetworkProps): string {
  const encoder = {
    FULL: 'encoder frozen',
    NONE: 'whole encoder learned',
    PARTIAL: `layers ${(frozenLayers ?? 0) + 1} to ${layers ?? 'the last'} of the encoder learned`,
  }[backbone];
  const named = (frozen: boolean) => heads.filter((head) => head.frozen === frozen).map(({ task }) => task);
  return [
    encoder,
    ...(named(false).length > 0 ? [`heads learned: ${named(false).join(', ')}`] : []),
    ...(named(true).length > 0 ? [`heads kept: ${named(true).join(', ')}`] : []),
  ].join('; ');
}

/** What filled and empty mean. */
export function NetworkLegend() {
  return (
    <p className={styles.legend}>
      <span>
        <span className={styles.block} data-learned /> learned
      </span>
      <span>
        <span className={styles.block} /> kept its weights
      </span>
    </p>
  );
}
