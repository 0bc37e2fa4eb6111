//===- Operators.cpp - Which handler takes which node ---------------------===//

#include "Node.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;

namespace bnn::onnx_import {

static llvm::StringMap<const Operator *>
makeTable(std::initializer_list<ArrayRef<Operator>> families) {
  llvm::StringMap<const Operator *> table;
  for (ArrayRef<Operator> family : families)
    for (const Operator &op : family)
      table[op.type] = &op;
  return table;
}

bool isQuantizerDomain(StringRef domain) {
  return domain == "qonnx.custom_op.general" || domain == "onnx.brevitas" ||
         domain == "finn.custom_op.general" ||
         domain.starts_with("finn.custom_op.fpgadataflow");
}

const Operator *findOperator(StringRef domain, StringRef type,
                             bool &warnDomain) {
  static const llvm::StringMap<const Operator *> standard =
      makeTable({linearOperators(), elementwiseOperators(),
                 activationOperators(), poolOperators(), reduceOperators(),
                 shapeOperators(), moveOperators(), quantizeOperators()});
  static const llvm::StringMap<const Operator *> custom =
      makeTable({qonnxOperators(), finnOperators()});
  warnDomain = false;
  bool onnxDomain = domain.empty() || domain == "ai.onnx";
  if (onnxDomain)
    if (const Operator *op = standard.lookup(type))
      return op;
  if (!onnxDomain && !isQuantizerDomain(domain))
    return nullptr;
  const Operator *op = custom.lookup(type);
  warnDomain = op && onnxDomain;
  return op;
}

StringRef refusalReason(StringRef type) {
  return llvm::StringSwitch<StringRef>(type)
      .Cases({"If", "Loop", "Scan"},
             "control flow is not supported; export the model with its "
             "control flow unrolled or folded away")
      .Cases({"LSTM", "GRU", "RNN"},
             "recurrent layers are not supported; unroll them")
      .Cases({"FloatQuant"},
             "minifloat quantizers are not supported; use Quant "
             "or BipolarQuant")
      .Cases({"DequantizePacked"},
             "packed block formats are not supported; store the weights as "
             "integers with DequantizeLinear")
      .Cases({"DynamicQuantizeLinear"},
             "its scale depends on the data; use QuantizeLinear with a fixed "
             "scale")
      .Cases({"Im2Col", "MaxPoolNHWC", "QuantAvgPool2d", "GenericPartition"},
             "export the model before this transformation of QONNX or FINN")
      .Cases({"StreamingDataflowPartition", "ConvolutionInputGenerator",
              "FMPadding"},
             "export the model before it is converted to hardware layers")
      .Cases({"Upsample", "Resize", "ConvTranspose"},
             "layers that enlarge images are not supported; replace them")
      .Cases({"RandomNormal", "RandomUniform", "RandomNormalLike",
              "RandomUniformLike", "Bernoulli", "Multinomial"},
             "random operators are not supported")
      .Cases({"QLinearConv", "QLinearMatMul"},
             "export the model in QDQ form (QuantizeLinear and "
             "DequantizeLinear around float operators)")
      .Default("");
}

} // namespace bnn::onnx_import
