import { GraphBuilder } from '../../onnx/builder.js';
import { modelBytes } from '../../onnx/model.js';
import { InferenceSession, Tensor } from '../../onnx/runtime.js';
import { tensor } from '../../onnx/tensor.js';

/** Sizes of a product that every kernel would take. */
const [rows, inner, columns] = [8, 64, 16];

/**
 * Whether this processor's products of 8-bit integers overflow. x86 without VNNI adds pairs of them in 16 bits, where 255 * 127 +
 * 255 * 127 has no room; ONNX Runtime is then told to multiply in a slower way. Found by multiplying.
 */
export async function productsOverflow(options: InferenceSession.SessionOptions): Promise<boolean> {
  const g = new GraphBuilder();
  const largest = g.constant(tensor([inner, columns], new Int8Array(inner * columns).fill(127)));
  const x = g.input('x', 'uint8', [rows, inner]);
  g.output('y', g.op('MatMulIntegerToFloat', [x, largest, g.scalar(1), g.scalar(1)]));
  const session = await InferenceSession.create(modelBytes(g.build('overflow')), options);
  const { y } = await session.run({ x: new Tensor('uint8', new Uint8Array(rows * inner).fill(255), [rows, inner]) });
  await session.release();
  return y.data.some((each) => each !== 255 * 127 * inner);
}
