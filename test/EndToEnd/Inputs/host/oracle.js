// Runs one ONNX model on many samples in ONNX Runtime, optimizations off.
//
//   node oracle.js JOB.json     (in the folder whose node_modules has it)
//
// The job: {model, samples, inputs: [{name, type, dims, file}], outputs: FILE}.
// A file holds the samples of one input one after the other, raw and little
// endian; dims are those of one sample. FILE gets a JSON header line
// [{name, type, dims}] and the raw data of each output, sample after sample.
'use strict';
const fs = require('fs');
const path = require('path');
const ort = require(path.join(process.cwd(), 'node_modules', 'onnxruntime-node'));

const ARRAYS = {float32: Float32Array, int8: Int8Array, uint8: Uint8Array, int16: Int16Array,
                int32: Int32Array};

(async () => {
  const job = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
  const session = await ort.InferenceSession.create(job.model, {
    graphOptimizationLevel: 'disabled', intraOpNumThreads: 1, interOpNumThreads: 1,
    executionMode: 'sequential', logSeverityLevel: 3,
  });
  for (const input of job.inputs) {
    const raw = fs.readFileSync(input.file);
    const data = new ARRAYS[input.type](raw.length / ARRAYS[input.type].BYTES_PER_ELEMENT);
    Buffer.from(data.buffer).set(raw);
    input.data = data;
    input.size = data.length / job.samples;
  }
  const header = session.outputNames.map((name) => ({name}));
  const blobs = session.outputNames.map(() => []);
  for (let i = 0; i < job.samples; ++i) {
    const feeds = {};
    for (const {name, type, dims, data, size} of job.inputs)
      feeds[name] = new ort.Tensor(type, data.slice(i * size, (i + 1) * size), dims);
    const results = await session.run(feeds);
    session.outputNames.forEach((name, k) => {
      const {type, dims, data} = results[name];
      Object.assign(header[k], {type, dims});
      blobs[k].push(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
    });
  }
  fs.writeFileSync(job.outputs, Buffer.concat(
    [Buffer.from(JSON.stringify(header) + '\n'), ...blobs.flat()]));
})().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
