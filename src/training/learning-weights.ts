import { Tensor } from '../onnx/runtime.js';
import { elementsOf } from '../onnx/tensor.js';
import { type AdamWKernel, adamwKernel } from './adamw-kernel.js';

/** A tensor that learns, as it is asked for. */
export interface LearningShape {
  readonly name: string;
  readonly shape: readonly number[];
  /** Which learning rate is its own. */
  readonly group: 'encoder' | 'head';
  /** Whether weight decay takes from it. */
  readonly decays: boolean;
}

/** A table of which every step only touches some rows. */
export interface TableShape {
  readonly rows: number;
  readonly columns: number;
  /** The most rows that one step touches. */
  readonly mostTouched: number;
}

/** How a step is taken. */
export interface StepRates {
  readonly encoder: number;
  readonly head: number;
  readonly weightDecay: number;
  /** What gradients are multiplied with: below 1 where they were too long. */
  readonly gradientScale: number;
}

/** Numbers of one kind for all tensors that learn; `further` are the gradients of a further part of a batch. */
type Kind = 'values' | 'means' | 'variances' | 'gradients' | 'further';

const BETA1 = 0.9;
const BETA2 = 0.999;
/** Tensors lie at multiples of so many bytes, with zeros in between, as the kernel likes them. */
const alignment = 64;
const aligned = (bytes: number): number => Math.ceil(bytes / alignment) * alignment;
/** Bytes whose squares the kernel adds up at a time. */
const blockBytes = 65536;

/**
 * Everything that learns, in one memory where ONNX Runtime reads weights and writes gradients in place and AdamW (Loshchilov
 * & Hutter 2019, algorithm 2) changes the weights.
 *
 * Of the table only the rows of the batch are touched. A row that was away for some steps comes back with the moments that as
 * many gradients of zero would have left; it did not move and did not decay in the meantime.
 */
export class LearningWeights {
  readonly #kernel: AdamWKernel;
  readonly #places = new Map<string, { readonly tensor: LearningShape; readonly offset: number }>();
  readonly #kindBytes: number;
  readonly #tableBytes: number;
  readonly #touchedBytes: number;
  /** The step in which each row of the table was last touched; 0 for never. */
  readonly #lastTouched: Int32Array;
  #step = 0;

  /** @throws RangeError when there is not enough memory, or it would be over 4 GiB */
  constructor(
    readonly tensors: readonly LearningShape[],
    private readonly table: TableShape | undefined,
    inParts = false,
  ) {
    let offset = 0;
    for (const tensor of tensors) {
      this.#places.set(tensor.name, { tensor, offset });
      offset += aligned(4 * elementsOf(tensor.shape));
    }
    if (table && table.columns % 4 !== 0)
      throw new Error(
        `vectors of ${table.columns} numbers cannot learn: give an encoder whose hidden_size is a multiple of 4`,
      );
    this.#kindBytes = offset;
    this.#tableBytes = table ? aligned(4 * table.rows * table.columns) : 0;
    this.#lastTouched = new Int32Array(table?.rows ?? 0);
    this.#touchedBytes = table ? aligned(4 * table.mostTouched * table.columns) : 0;
    const ofGradients = (inParts ? 2 : 1) * (this.#kindBytes + this.#touchedBytes);
    this.#kernel = adamwKernel(3 * (this.#kindBytes + this.#tableBytes) + ofGradients);
  }

  /** The weights of a tensor, where they lie. */
  values(name: string): Float32Array {
    return this.#numbers('values', name);
  }

  /** The weights as ONNX Runtime takes them, by name. */
  get feeds(): Record<string, Tensor> {
    return this.#onnxTensors('values', (name) => name);
  }

  /** Where ONNX Runtime is to put the gradients; those of a further part of a batch lie apart until `addFurther`. */
  gradientFetches(nameOf: (tensor: string) => string, further = false): Record<string, Tensor> {
    return this.#onnxTensors(further ? 'further' : 'gradients', nameOf);
  }

  /** The table's weights, [rows, columns]. */
  get tableValues(): Float32Array {
    const { rows, columns } = this.table ?? { rows: 0, columns: 0 };
    return new Float32Array(this.#kernel.buffer, this.#tablePlace('values'), rows * columns);
  }

  /** Where the gradients of so many rows of the table belong, [rows, columns]. */
  tableGradients(rows: number, further = false): Float32Array {
    const columns = this.table?.columns ?? 0;
    return new Float32Array(this.#kernel.buffer, this.#tablePlace(further ? 'further' : 'gradients'), rows * columns);
  }

  /** Adds the gradients of a further part of a batch to those that are there. */
  addFurther(touchedRows: number): void {
    this.#kernel.add(this.#kindPlace('gradients'), this.#kindPlace('further'), this.#gradientBytes(touchedRows));
  }

  /** The common length of all gradients. */
  gradientNorm(touchedRows: number): number {
    const [start, bytes] = [this.#kindPlace('gradients'), this.#gradientBytes(touchedRows)];
    const { byteOffset, byteLength } = this.tableGradients(touchedRows);
    new Uint8Array(this.#kernel.buffer, byteOffset + byteLength, start + bytes - byteOffset - byteLength).fill(0);
    return Math.sqrt(this.#sumOfSquares(start, bytes));
  }

  /** Up to where gradients lie, one behind the other. */
  #gradientBytes = (touchedRows: number): number =>
    this.#kindBytes + aligned(4 * touchedRows * (this.table?.columns ?? 0));

  /** The kernel adds up in single precision: so many at a time that none of it is lost. */
  #sumOfSquares(place: number, bytes: number): number {
    let sum = 0;
    for (let start = 0; start < bytes; start += blockBytes)
      sum += this.#kernel.sumOfSquares(place + start, Math.min(blockBytes, bytes - start));
    return sum;
  }

  /**
   * One step of AdamW with the gradients that are there.
   * @param touched rows of the table, in the order of their gradients
   */
  step(rates: StepRates, touched: Int32Array): void {
    this.#step += 1;
    for (const { tensor, offset } of this.#places.values()) {
      const places = moved.map((kind) => this.#kindPlace(kind) + offset);
      this.#move(places, aligned(4 * elementsOf(tensor.shape)), 1, rates, rates[tensor.group], tensor.decays);
    }
    const rowBytes = 4 * (this.table?.columns ?? 0);
    touched.forEach((row, place) => {
      const rows = [row, row, row, place];
      const places = moved.map((kind, i) => this.#tablePlace(kind) + rows[i] * rowBytes);
      this.#move(places, rowBytes, this.#step - this.#lastTouched[row], rates, rates.encoder, true);
      this.#lastTouched[row] = this.#step;
    });
  }

  /** Everything that the next steps depend on, as it is until the next step: the dense numbers are views, not copies. */
  get state(): LearningState {
    const rows = this.#touchedRows();
    const [values, means, variances] = stored.map((kind) => this.#kind(kind));
    const [tableValues, tableMeans, tableVariances] = stored.map((kind) => this.#tableRows(kind, rows));
    const lastTouched = Int32Array.from(rows, (row) => this.#lastTouched[row]);
    return {
      step: this.#step,
      dense: { values, means, variances },
      table: { rows, lastTouched, values: tableValues, means: tableMeans, variances: tableVariances },
    };
  }

  /** Goes on where a state was taken. What the table's other rows hold must be what it was at the start of that fit. */
  restore({ step, dense, table }: LearningState): void {
    this.#step = step;
    for (const kind of stored) {
      this.#kind(kind).set(dense[kind]);
      this.#setTableRows(kind, table.rows, table[kind]);
    }
    table.rows.forEach((row, i) => {
      this.#lastTouched[row] = table.lastTouched[i];
    });
  }

  /** A copy of the weights alone. */
  get snapshot(): Snapshot {
    const rows = this.#touchedRows();
    return { values: this.#kind('values').slice(), rows, rowValues: this.#tableRows('values', rows) };
  }

  /** Puts weights back. Rows of the table that were first touched after the snapshot keep what they are given in `start`. */
  putBack({ values, rows, rowValues }: Snapshot, start: Float32Array): void {
    this.#kind('values').set(values);
    const columns = this.table?.columns ?? 0;
    for (const row of this.#touchedRows())
      this.tableValues.set(start.subarray(row * columns, (row + 1) * columns), row * columns);
    this.#setTableRows('values', rows, rowValues);
  }

  #move(
    [values, means, variances, gradients]: readonly number[],
    bytes: number,
    steps: number,
    { gradientScale, weightDecay }: StepRates,
    learningRate: number,
    decays: boolean,
  ): void {
    this.#kernel.step(
      values,
      means,
      variances,
      gradients,
      bytes,
      gradientScale,
      BETA1 ** steps,
      1 - BETA1,
      BETA2 ** steps,
      1 - BETA2,
      1 - (decays ? learningRate * weightDecay : 0),
      learningRate / (1 - BETA1 ** this.#step),
      1 / (1 - BETA2 ** this.#step),
    );
  }

  #touchedRows(): Int32Array {
    return Int32Array.from(this.#lastTouched.keys()).filter((row) => this.#lastTouched[row] > 0);
  }

  /** First what is kept of the tensors, then of the table; then gradients, those of the rows behind those of the tensors. */
  #kindPlace(kind: Kind): number {
    const behind = kinds.indexOf(kind) - stored.length;
    return behind < 0
      ? kinds.indexOf(kind) * this.#kindBytes
      : stored.length * (this.#kindBytes + this.#tableBytes) + behind * (this.#kindBytes + this.#touchedBytes);
  }
  #tablePlace(kind: Kind): number {
    const places: readonly string[] = stored;
    const place = places.indexOf(kind);
    return place < 0
      ? this.#kindPlace(kind) + this.#kindBytes
      : stored.length * this.#kindBytes + place * this.#tableBytes;
  }
  #kind = (kind: Kind) => new Float32Array(this.#kernel.buffer, this.#kindPlace(kind), this.#kindBytes / 4);

  #tableRows(kind: Kind, rows: Int32Array): Float32Array {
    const columns = this.table?.columns ?? 0;
    const copied = new Float32Array(rows.length * columns);
    const all = new Float32Array(this.#kernel.buffer, this.#tablePlace(kind), this.#tableBytes / 4);
    rows.forEach((row, i) => {
      copied.set(all.subarray(row * columns, (row + 1) * columns), i * columns);
    });
    return copied;
  }

  #setTableRows(kind: Kind, rows: Int32Array, numbers: Float32Array): void {
    const columns = this.table?.columns ?? 0;
    const all = new Float32Array(this.#kernel.buffer, this.#tablePlace(kind), this.#tableBytes / 4);
    rows.forEach((row, i) => {
      all.set(numbers.subarray(i * columns, (i + 1) * columns), row * columns);
    });
  }

  #numbers(kind: Kind, name: string): Float32Array {
    const place = this.#places.get(name);
    if (place === undefined) throw new Error(`${name} is not among what learns`);
    const start = this.#kindPlace(kind) + place.offset;
    return new Float32Array(this.#kernel.buffer, start, elementsOf(place.tensor.shape));
  }

  #onnxTensors(kind: Kind, nameOf: (tensor: string) => string): Record<string, Tensor> {
    const entries = this.tensors.map(({ name, shape }): [string, Tensor] => [
      nameOf(name),
      new Tensor('float32', this.#numbers(kind, name), shape),
    ]);
    return Object.fromEntries(entries);
  }
}

const stored = ['values', 'means', 'variances'] as const;
const moved = [...stored, 'gradients'] as const;
const kinds = [...moved, 'further'] as const;

type Moments = Readonly<Record<(typeof stored)[number], Float32Array>>;

/** What a fit goes on from. Of the table, the rows that were touched. */
export interface LearningState {
  readonly step: number;
  readonly dense: Moments;
  readonly table: Moments & { readonly rows: Int32Array; readonly lastTouched: Int32Array };
}

/** The weights of one moment. */
export interface Snapshot {
  readonly values: Float32Array;
  readonly rows: Int32Array;
  readonly rowValues: Float32Array;
}
