//===- Values.cpp - Values and ports of an image --------------------------===//

#include "Emission.h"

#include "bnn/Conversion/BNNToImage.h"
#include "bnn/Dialect/BNN/IR/BNN.h"

using namespace mlir;
using namespace bnn;
using namespace bnn::emission;

image::Value &Values::add(Value value, StringRef wanted) {
  ids[value] = image.values_size();
  image::Value &out = *image.add_values();
  describeValue(value, out);
  std::string name = wanted.empty() ? "value" : wanted.str();
  while (unsigned copies = taken[name]++)
    name = (wanted + "#" + Twine(copies + 1)).str();
  out.set_name(name);
  return out;
}

void Values::addResults(Operation *op) {
  auto traces = op->getAttrOfType<ArrayAttr>(tracesAttrName);
  for (OpResult result : op->getResults()) {
    // The tensor that the value is, else the node that makes it.
    StringRef name = locationName(op->getLoc());
    bool first = result.getResultNumber() == 0;
    if (first && traces)
      for (auto trace : traces.getAsRange<TraceAttr>())
        if (trace.getScale().getValueAsDouble() == 1 &&
            trace.getOffset().getValueAsDouble() == 0) {
          name = trace.getTensor();
          break;
        }
    image::Value &out = add(result, name);
    if (!first || !traces)
      continue;
    for (auto trace : traces.getAsRange<TraceAttr>()) {
      image::Trace &to = *out.add_traces();
      to.set_tensor(trace.getTensor().str());
      to.set_scale(trace.getScale().getValueAsDouble());
      to.set_offset(trace.getOffset().getValueAsDouble());
    }
  }
}

void bnn::emission::fillPort(image::Port &port, uint32_t value,
                             DictionaryAttr attributes, StringRef defaultName) {
  port.set_value(value);
  auto text = [&](StringRef key, StringRef otherwise) {
    auto attribute =
        attributes ? attributes.getAs<StringAttr>(key) : StringAttr();
    return attribute ? attribute.str() : otherwise.str();
  };
  port.set_name(text("bnn.name", defaultName));
  port.set_element_type(text("bnn.element_type", "float32"));
}
