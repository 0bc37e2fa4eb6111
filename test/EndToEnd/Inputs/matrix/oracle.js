// Runs a list of models in ONNX Runtime, graph optimizations off.
//
//   node oracle.js JOBS.json     (in the folder whose node_modules has it)
//
// A job is {model, inputs: [{name, dims, file}], outputs: FILE}: inputs are
// raw little-endian float32; FILE gets all outputs as one JSON header line
// [{name, type, dims, bytes}] followed by their raw data.
'use strict';
const fs = require('fs');
const path = require('path');
const ort = require(path.join(process.cwd(), 'node_modules', 'onnxruntime-node'));

async function run(job) {
  const session = await ort.InferenceSession.create(job.model, {
    graphOptimizationLevel: 'disabled', intraOpNumThreads: 1,
    interOpNumThreads: 1, executionMode: 'sequential', logSeverityLevel: 3,
  });
  const feeds = {};
  for (const input of job.inputs) {
    const raw = fs.readFileSync(input.file);
    const data = new Float32Array(raw.length / 4);
    Buffer.from(data.buffer).set(raw);
    feeds[input.name] = new ort.Tensor('float32', data, input.dims);
  }
  const results = await session.run(feeds);
  const header = [];
  const blobs = [];
  for (const name of session.outputNames) {
    const {type, dims, data} = results[name];
    const blob = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    header.push({name, type, dims, bytes: blob.length});
    blobs.push(blob);
  }
  fs.writeFileSync(job.outputs, Buffer.concat([Buffer.from(JSON.stringify(header) + '\n'), ...blobs]));
}

(async () => {
  for (const job of JSON.parse(fs.readFileSync(process.argv[2], 'utf8'))) {
    try {
      await run(job);
    } catch (error) {
      console.error(`${job.model}: ${error.message}`);
      process.exitCode = 1;
    }
  }
})();
