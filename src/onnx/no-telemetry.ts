/* ONNX Runtime's builds keep an id of the machine in the home folder and tell Microsoft what is run with it. They look here, in the
   environment of the process, when they are loaded. A thread has a copy of the environment that they do not see: whoever starts
   threads imports this. */

process.env.ORT_DISABLE_TELEMETRY = '1';
