import type { Attribute, Graph, Node, Shape, Value } from './graph.js';
import {
  bytesField,
  bytesOf,
  floatField,
  integerField,
  type Message,
  message,
  messageField,
  textField,
} from './protobuf.js';
import { type ElementType, onnxNumberOf, type Tensor } from './tensor.js';

/** Version of the standard operators (`LayerNormalization` is one since 17) and of the file format that goes with it. */
const operatorSet = 21;
const formatVersion = 10;

/**
 * A graph as an ONNX file (field numbers: onnx/onnx.proto of ONNX 1.16). Constants are copied once, here, into the result.
 * @throws Error when a constant's bytes do not fill its shape
 */
export function modelBytes(graph: Graph): Uint8Array<ArrayBuffer> {
  return bytesOf(
    message(
      integerField(1, formatVersion),
      textField(2, 'manyhead'),
      messageField(7, graphMessage(graph)),
      messageField(8, message(textField(1, ''), integerField(2, operatorSet))),
      messageField(8, message(textField(1, 'com.microsoft'), integerField(2, 1))),
    ),
  );
}

function graphMessage(graph: Graph): Message {
  // A graph's output is named by whoever reads it; the value behind it keeps its own name, so an Identity joins the two.
  const outputs = [...graph.outputs];
  return message(
    ...graph.nodes.map((node) => messageField(1, nodeMessage(node))),
    ...outputs.map(([name, value]) => messageField(1, identityMessage(value.name, name))),
    textField(2, graph.name),
    ...graph.constants.map((value) => messageField(5, constantMessage(value))),
    ...graph.inputs.map((value) => messageField(11, valueMessage(value.name, value.type, value.shape))),
    ...outputs.map(([name, value]) => messageField(12, valueMessage(name, value.type, value.shape))),
  );
}

function nodeMessage(node: Node): Message {
  return message(
    ...node.inputs.map((input) => textField(1, input?.name ?? '')),
    ...node.outputs.map((output) => textField(2, output.name)),
    textField(4, node.operator),
    ...Object.entries(node.attributes).map(([name, attribute]) => messageField(5, attributeMessage(name, attribute))),
    textField(7, node.domain),
  );
}

const identityMessage = (from: string, to: string): Message =>
  message(textField(1, from), textField(2, to), textField(4, 'Identity'));

function attributeMessage(name: string, attribute: Attribute): Message {
  switch (attribute.kind) {
    case 'float':
      return message(textField(1, name), floatField(2, attribute.value), integerField(20, 1));
    case 'int':
      return message(textField(1, name), integerField(3, attribute.value), integerField(20, 2));
    case 'ints':
      return message(
        textField(1, name),
        ...attribute.value.map((value) => integerField(8, value)),
        integerField(20, 7),
      );
    case 'text':
      return message(textField(1, name), textField(4, attribute.value), integerField(20, 3));
  }
}

function constantMessage({ name, producer }: Value): Message {
  if (producer.kind !== 'constant') throw new Error(`${name} is not a constant`);
  const { tensor } = producer;
  return message(
    ...tensor.shape.map((size) => integerField(1, size)),
    integerField(2, onnxNumberOf[tensor.type]),
    textField(8, name),
    dataMessage(tensor),
  );
}

function dataMessage({ data }: Tensor): Message {
  if (data instanceof Uint8Array) return bytesField(9, data);
  const entry = (key: string, value: string | number) =>
    messageField(13, message(textField(1, key), textField(2, String(value))));
  return message(
    entry('location', data.file),
    entry('offset', data.offset),
    entry('length', data.length),
    integerField(14, 1),
  );
}

function valueMessage(name: string, type: ElementType, shape: Shape): Message {
  const dimensions = shape.map((size) =>
    messageField(1, typeof size === 'number' ? integerField(1, size) : textField(2, size)),
  );
  const tensorType = message(integerField(1, onnxNumberOf[type]), messageField(2, message(...dimensions)));
  return message(textField(1, name), messageField(2, messageField(1, tensorType)));
}
