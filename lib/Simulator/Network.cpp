//===- Network.cpp - Loads an image ---------------------------------------===//

#include "Network.h"
#include "bnn/Image/Image.h"
#include "bnn/Support/Error.h"

using namespace llvm;

namespace bnn::sim {

using image::Constant;
using image::Op;

int64_t elements(const image::Value &value) {
  int64_t count = 1;
  for (int64_t size : value.shape())
    count *= size;
  return count;
}

namespace {

bool bitAt(StringRef bytes, int64_t index) {
  return uint8_t(bytes[index / 8]) >> (index % 8) & 1;
}

/// Rows of bits, padded to 64-bit words; a row for each first index.
void unpackRows(StringRef plus, StringRef minus, int64_t rows, int64_t columns,
                std::vector<double> &out) {
  int64_t rowBits = (columns + 63) / 64 * 64;
  for (int64_t r = 0; r < rows; ++r)
    for (int64_t c = 0; c < columns; ++c) {
      int64_t at = r * rowBits + c;
      bool up = bitAt(plus, at);
      bool down = minus.empty() ? !up : bitAt(minus, at);
      out.push_back(double(up) - double(down));
    }
}

Expected<Tensor> decode(const Constant &constant, const image::Value &value) {
  Tensor tensor;
  tensor.shape.assign(value.shape().begin(), value.shape().end());
  int64_t count = elements(value);
  auto as = [&](ElementType type, StringRef bytes) -> Error {
    tensor.type = type;
    return decodeElements(type, bytes.data(), count, false, tensor.data);
  };
  Error error = Error::success();
  int64_t rows = tensor.rank() ? tensor.shape[0] : 1;
  int64_t columns = rows ? count / rows : 0;
  switch (constant.data_case()) {
  case Constant::kF32:
    error = as(ElementType::Float32, constant.f32());
    break;
  case Constant::kF64:
    error = as(ElementType::Float64, constant.f64());
    break;
  case Constant::kI64:
    error = as(ElementType::Int64, constant.i64());
    break;
  case Constant::kBinary:
    unpackRows(constant.binary(), {}, rows, columns, tensor.data);
    break;
  case Constant::kTernary: {
    StringRef bytes = constant.ternary();
    unpackRows(bytes.take_front(bytes.size() / 2),
               bytes.drop_front(bytes.size() / 2), rows, columns, tensor.data);
    break;
  }
  case Constant::DATA_NOT_SET:
    return makeError("constant '" + value.name() + "' has no data");
  }
  if (error)
    return makeError("constant '" + value.name() +
                     "': " + toString(std::move(error)));
  return tensor;
}

} // namespace

Expected<Network> Network::load(const image::Image &image, Executor executor) {
  Network network;
  network.image = &image;
  network.executor = executor;
  network.constants.resize(image.values_size());
  for (const Constant &constant : image.constants()) {
    Expected<Tensor> tensor =
        decode(constant, image.values(int(constant.value())));
    if (!tensor)
      return tensor.takeError();
    network.constants[constant.value()] = std::move(*tensor);
  }

  network.lastUse.assign(image.values_size(), -1);
  network.layers.resize(image.steps_size());
  for (auto [index, step] : enumerate(image.steps())) {
    if (step.has_op()) {
      for (uint32_t input : step.op().inputs())
        network.lastUse[input] = int(index);
      continue;
    }
    network.lastUse[step.array().input()] = int(index);
    Expected<std::unique_ptr<LayerExecutor>> layer =
        executor == Executor::Replay ? makeReplayLayer(image, step.array())
                                     : makeFusedLayer(image, step.array());
    if (!layer)
      return layer.takeError();
    network.layers[index] = std::move(*layer);
  }

  network.beforeArrays.assign(image.steps_size(), false);
  std::vector<bool> fromArrays(image.values_size(), false);
  for (int index = 0; index < image.steps_size(); ++index) {
    const image::Step &step = image.steps(index);
    if (step.has_array()) {
      fromArrays[step.array().output()] = true;
      continue;
    }
    // Bits that are drawn for each run of the network cannot be prepared.
    bool depends =
        step.op().kind() == Op::PRESENT && image::repetitionsOf(image) > 1;
    for (uint32_t input : step.op().inputs())
      depends |= fromArrays[input];
    for (uint32_t output : step.op().outputs())
      fromArrays[output] = depends;
    network.beforeArrays[index] = !depends;
  }

  // Backwards from every ENCODE over the host operators before it.
  network.feedsEncoding.assign(image.steps_size(), false);
  std::vector<bool> wanted(image.values_size(), false);
  for (int index = image.steps_size() - 1; index >= 0; --index) {
    const image::Step &step = image.steps(index);
    if (!step.has_op())
      continue;
    const Op &op = step.op();
    bool feeds = op.kind() == Op::ENCODE;
    for (uint32_t output : op.outputs())
      feeds |= op.place() == Op::HOST && wanted[output];
    network.feedsEncoding[index] = feeds;
    // Codes and integers are certain: nothing before them matters.
    if (feeds && op.kind() != Op::DECODE)
      for (uint32_t input : op.inputs())
        wanted[input] = true;
  }
  return network;
}

} // namespace bnn::sim
