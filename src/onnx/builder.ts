import {
  type Attributes,
  type Dimension,
  type Domain,
  type Graph,
  int,
  type Node,
  type Shape,
  type Value,
} from './graph.js';
import { type Output, outputRules } from './operators.js';
import { type ElementType, integers, scalar, type Tensor } from './tensor.js';

/** Operators of ONNX Runtime's own; every other one is the standard's. */
const microsoftOperators = new Set(['BiasGelu', 'FastGelu', 'FusedMatMul', 'MatMulIntegerToFloat']);

/** Constants up to this many bytes are compared by what they hold, larger ones by where they lie in memory. */
const smallConstant = 4096;

/**
 * A graph while it grows. Nodes are added in an order in which they can run, because a node's inputs exist before it.
 * What is handed out (values, nodes) never changes afterwards.
 */
export class GraphBuilder {
  readonly #inputs: Value[] = [];
  readonly #nodes: Node[] = [];
  readonly #outputs = new Map<string, Value>();
  readonly #constants = new Map<string, Value>();
  readonly #memories = new Map<ArrayBufferLike, number>();

  /** A value that every run is given. Sizes of one name are one size. */
  input(name: string, type: ElementType, shape: Shape): Value {
    const value: Value = { name, type, shape, producer: { kind: 'input' } };
    this.#inputs.push(value);
    return value;
  }

  /** A tensor in the graph; the same tensor twice is one constant. */
  constant(tensor: Tensor): Value {
    const key = this.#keyOf(tensor);
    const known = this.#constants.get(key);
    if (known) return known;
    const name = `c${this.#constants.size}`;
    const value: Value = { name, type: tensor.type, shape: tensor.shape, producer: { kind: 'constant', tensor } };
    this.#constants.set(key, value);
    return value;
  }

  scalar(value: number): Value {
    return this.constant(scalar(value));
  }

  integers(...values: readonly number[]): Value {
    return this.constant(integers(...values));
  }

  /**
   * Adds a node and returns its first output.
   * @param shape of that output, where the inputs cannot tell it; its type is then the first input's
   * @throws Error naming the operator, when the inputs do not fit it or the shape is not known
   */
  op(operator: string, inputs: readonly (Value | undefined)[], attributes: Attributes = {}, shape?: Shape): Value {
    return this.ops(operator, inputs, attributes, 1, shape)[0];
  }

  /** Adds a node and returns its first `count` outputs. */
  ops(
    operator: string,
    inputs: readonly (Value | undefined)[],
    attributes: Attributes,
    count: number,
    shape?: Shape,
  ): readonly Value[] {
    const outputs: Value[] = [];
    const domain: Domain = microsoftOperators.has(operator) ? 'com.microsoft' : '';
    const node: Node = { operator, domain, inputs, outputs, attributes };
    outputsOf(node, shape)
      .slice(0, count)
      .forEach(({ type, shape }, output) => {
        outputs.push({
          name: `n${this.#nodes.length}_${output}`,
          type,
          shape,
          producer: { kind: 'node', node, output },
        });
      });
    this.#nodes.push(node);
    return outputs;
  }

  /** One axis' size as a list of one number: of a name, that of the first input that has it. */
  size(size: Dimension, of: Value): Value {
    if (typeof size === 'number') return this.integers(size);
    const value = this.#inputs.find(({ shape }) => shape.includes(size)) ?? of;
    const axis = value.shape.indexOf(size);
    return this.op('Shape', [value], { start: int(axis), end: int(axis + 1) });
  }

  /** Makes a value a result of the graph, under a name of its own. */
  output(name: string, value: Value): void {
    this.#outputs.set(name, value);
  }

  /** The graph as it stands. */
  build(name: string): Graph {
    return {
      name,
      inputs: [...this.#inputs],
      constants: [...this.#constants.values()],
      nodes: [...this.#nodes],
      outputs: new Map(this.#outputs),
    };
  }

  #keyOf({ type, shape, data }: Tensor): string {
    const kind = `${type}[${shape}]`;
    if (!(data instanceof Uint8Array)) return `${kind} in ${data.file} at ${data.offset}`;
    if (data.length <= smallConstant) return `${kind} ${Buffer.from(data).toString('latin1')}`;
    const memory = this.#memories.get(data.buffer) ?? this.#memories.size;
    this.#memories.set(data.buffer, memory);
    return `${kind} in memory ${memory} at ${data.byteOffset}`;
  }
}

function outputsOf({ operator, inputs, attributes }: Node, shape: Shape | undefined): readonly Output[] {
  const given = inputs.filter((input) => input !== undefined);
  if (shape) return [{ type: given[0].type, shape }];
  const rule = outputRules[operator];
  if (rule === undefined) throw new Error(`${operator}: no rule tells the shape of its output, so give it`);
  try {
    return rule({ inputs: given, attributes });
  } catch (error) {
    throw new Error(`${operator}: ${error instanceof Error ? error.message : error}`);
  }
}
