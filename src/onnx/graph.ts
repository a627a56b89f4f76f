import type { ElementType, Tensor } from './tensor.js';

/** A size that is known when the graph is built, or the name of one that is known when it runs. */
export type Dimension = number | string;
export type Shape = readonly Dimension[];

/** What a node is told besides its inputs: `axis`, `epsilon`, ... ONNX keeps whole and real numbers apart. */
export type Attribute =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'text'; readonly value: string };
export type Attributes = Readonly<Record<string, Attribute>>;

export const int = (value: number): Attribute => ({ kind: 'int', value });
export const float = (value: number): Attribute => ({ kind: 'float', value });
export const ints = (...value: readonly number[]): Attribute => ({ kind: 'ints', value });

export const text = (value: string): Attribute => ({ kind: 'text', value });

/** Where a value comes from. */
export type Producer =
  | { readonly kind: 'input' }
  | { readonly kind: 'constant'; readonly tensor: Tensor }
  | { readonly kind: 'node'; readonly node: Node; readonly output: number };

/** An edge of the graph. Values are compared by identity; a name is one value's alone. */
export interface Value {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: Shape;
  readonly producer: Producer;
}

/** The standard's own operators, or the fused ones that ONNX Runtime adds. */
export type Domain = '' | 'com.microsoft';

/** One operator at work. An optional input that is left out is undefined. */
export interface Node {
  readonly operator: string;
  readonly domain: Domain;
  readonly inputs: readonly (Value | undefined)[];
  readonly outputs: readonly Value[];
  readonly attributes: Attributes;
}

/** A whole graph; nodes stand in an order in which they can run. */
export interface Graph {
  readonly name: string;
  readonly inputs: readonly Value[];
  readonly constants: readonly Value[];
  readonly nodes: readonly Node[];
  readonly outputs: ReadonlyMap<string, Value>;
}

/** A whole number a node was given, or the standard's default. */
export function intOf(node: Pick<Node, 'attributes'>, name: string, standard: number): number {
  const attribute = node.attributes[name];
  return attribute?.kind === 'int' ? attribute.value : standard;
}

/** A real number a node was given, or the standard's default. */
export function floatOf(node: Pick<Node, 'attributes'>, name: string, standard: number): number {
  const attribute = node.attributes[name];
  return attribute?.kind === 'float' ? attribute.value : standard;
}

/** A list of whole numbers a node was given, if it was. */
export function intsOf(node: Pick<Node, 'attributes'>, name: string): readonly number[] | undefined {
  const attribute = node.attributes[name];
  return attribute?.kind === 'ints' ? attribute.value : undefined;
}
