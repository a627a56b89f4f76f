import type { GraphBuilder } from './builder.js';
import type { Node, Value } from './graph.js';
import { vjpRules } from './vjp-rules.js';

/**
 * Appends to a graph the gradients of one of its values, by reverse-mode differentiation (Griewank & Walther 2008, ch. 3):
 * from the result backwards, each node turns the gradient of its output into those of its inputs. Nothing is appended for
 * what does not lead to a wanted value: what is frozen costs no node.
 * @param y the value that is differentiated, of any shape
 * @param dy the gradient of whatever is minimized with respect to y, of y's shape
 * @param wanted values that y may depend on
 * @returns for each of them its gradient, of its shape; undefined where y does not depend on it
 * @throws Error naming an operator between them that has no rule, or whose second output is used
 */
export function gradients(
  g: GraphBuilder,
  y: Value,
  dy: Value,
  wanted: readonly Value[],
): readonly (Value | undefined)[] {
  const { nodes } = g.build('forward');
  const leading = leadingTo(wanted, nodes);
  const found = new Map<Value, Value>([[y, dy]]);
  for (const node of [...nodes].reverse()) {
    const [output, ...others] = node.outputs;
    const gradient = found.get(output);
    const other = others.find((each) => found.has(each));
    if (other !== undefined) throw new Error(`${node.operator}: only its first output can be differentiated`);
    if (gradient === undefined || !leading.has(output)) continue;
    for (const [input, of] of inputGradients(g, gradient, node)) {
      if (!leading.has(input)) continue;
      const before = found.get(input);
      found.set(input, before === undefined ? of : g.op('Add', [before, of]));
    }
  }
  return wanted.map((value) => found.get(value));
}

/** The wanted values and everything that is computed from them. */
function leadingTo(wanted: readonly Value[], nodes: readonly Node[]): ReadonlySet<Value> {
  const leading = new Set(wanted);
  for (const { inputs, outputs } of nodes)
    if (inputs.some((input) => input !== undefined && leading.has(input)))
      for (const output of outputs) leading.add(output);
  return leading;
}

function inputGradients(g: GraphBuilder, dy: Value, node: Node): readonly (readonly [Value, Value])[] {
  const rule = vjpRules[node.operator];
  if (rule === undefined) throw new Error(`${node.operator}: no rule tells its gradient`);
  const given = node.inputs.filter((input) => input !== undefined);
  return rule(g, dy, given, node).flatMap((gradient, place) =>
    gradient === undefined ? [] : [[given[place], gradient] as const],
  );
}
