import './no-telemetry.js';

/* ONNX Runtime, as every room has it: quiet. */

export { InferenceSession, Tensor } from 'onnxruntime-node';
