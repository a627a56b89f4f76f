import type { GraphBuilder } from './builder.js';
import type { Node, Value } from './graph.js';
import { vjpRules } from './vjp-rules.js';
import { add, type WayBack } from './vjp-terms.js';

/** A value of the graph and the gradient of some sum with respect to it; of one shape. */
export interface Seed {
  readonly value: Value;
  readonly gradient: Value;
}

/**
 * Reverse-mode differentiation: appends to a graph what computes the gradients of some of its values, given those of others.
 * Nodes are appended only for what lies between the two: what leads to no wanted value costs nothing.
 * @param waysBack for indices of rows that a Gather takes, the way back: their gradients then move instead of adding up. The
 *   caller promises that rows that are taken more than once have a gradient only at the one place that the way back tells
 * @returns the gradient of each wanted value, in their order and shaped like them
 * @throws Error when a wanted value has no way to a seed, or an operator on the way has no rule
 */
export function vjp(
  g: GraphBuilder,
  seeds: readonly Seed[],
  wanted: readonly Value[],
  waysBack: ReadonlyMap<Value, WayBack> = new Map(),
): readonly Value[] {
  const gradients = new Map<Value, Value>();
  const arrive = (value: Value, gradient: Value) => {
    const before = gradients.get(value);
    gradients.set(value, before ? add(g, before, gradient) : gradient);
  };
  for (const { value, gradient } of seeds) arrive(value, gradient);

  const { nodes, leads } = between(
    seeds.map(({ value }) => value),
    new Set(wanted),
  );
  for (const node of nodes.reverse()) {
    const arrived = node.outputs.map((output) => gradients.get(output));
    if (arrived.every((gradient) => gradient === undefined)) continue;
    inputGradients(g, node, arrived, waysBack).forEach((write, place) => {
      const input = node.inputs[place];
      if (input && leads(input)) arrive(input, write());
    });
  }
  return wanted.map((value) => {
    const gradient = gradients.get(value);
    if (gradient === undefined) throw new Error(`${value.name} has no part in what is differentiated`);
    return gradient;
  });
}

function inputGradients(
  g: GraphBuilder,
  node: Node,
  gradients: readonly (Value | undefined)[],
  waysBack: ReadonlyMap<Value, WayBack>,
) {
  const { operator, outputs, attributes } = node;
  const rule = vjpRules[operator];
  if (rule === undefined) throw new Error(`${operator}: no rule tells its gradient`);
  if (operator !== 'Split' && gradients.slice(1).some((gradient) => gradient !== undefined))
    throw new Error(`${operator}: only its first output has a gradient here`);
  const inputs = node.inputs.filter((input) => input !== undefined);
  const [dy] = gradients.filter((gradient) => gradient !== undefined);
  return rule(g, dy, { inputs, outputs, attributes, gradients, waysBack });
}

/** The nodes on the ways from wanted values to the seeds, in an order in which they can run; and which values lie on them. */
function between(seeds: readonly Value[], wanted: ReadonlySet<Value>) {
  const nodes: Node[] = [];
  const known = new Map<Node, boolean>();
  const visit = (node: Node): boolean => {
    const before = known.get(node);
    if (before !== undefined) return before;
    // Every input is asked, so that all of the nodes below are listed before this one.
    const leading = node.inputs.filter((input) => input !== undefined && leads(input)).length > 0;
    known.set(node, leading);
    if (leading) nodes.push(node);
    return leading;
  };
  // Indices and conditions have no gradient, whatever they were made of.
  const leads = (value: Value): boolean => {
    if (value.type !== 'float32') return false;
    const below = value.producer.kind === 'node' && visit(value.producer.node);
    return below || wanted.has(value);
  };
  seeds.forEach(leads);
  return { nodes, leads };
}
