//===- ConvertOp.cpp - Operators of an image --------------------*- C++ -*-===//

#include "Kinds.h"
#include "bnn/Conversion/BNNToImage.h"
#include "bnn/Dialect/BNN/IR/BNN.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace bnn {

using Kind = image::Op;

template <typename Field>
static void assign(Field *field, ArrayRef<int64_t> values) {
  field->Assign(values.begin(), values.end());
}

static Type elementOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getElementType();
}

static ArrayRef<int64_t> shapeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

/// Where an operation runs; see convertToImageOp.
static image::Op::Place placeOf(Operation *op) {
  if (isa<EncodeOp, DecodeOp>(op) || llvm::all_of(op->getResults(), isOnChip))
    return Kind::DIGITAL;
  return Kind::HOST;
}

template <typename WindowOp>
static void convertWindow(WindowOp op, image::Op &out) {
  assign(out.mutable_strides(), op.getStrides());
  assign(out.mutable_dilations(), op.getDilations());
  assign(out.mutable_pads_begin(), op.getPadsBegin());
  assign(out.mutable_pads_end(), op.getPadsEnd());
}

template <typename PoolOp>
static void convertPool(PoolOp op, image::Op::Kind kind, image::Op &out) {
  out.set_kind(kind);
  assign(out.mutable_kernel(), op.getKernel());
  convertWindow(op, out);
}

static LogicalResult convertUnary(UnaryOp op, image::Op &out) {
  out.set_kind(kindOf(op.getKind()));
  bool needsBeta =
      op.getKind() == UnaryKind::Selu || op.getKind() == UnaryKind::HardSigmoid;
  bool needsAlpha = needsBeta || op.getKind() == UnaryKind::LeakyRelu ||
                    op.getKind() == UnaryKind::Elu;
  if (needsAlpha && !op.getAlpha())
    return op.emitError("needs the attribute 'alpha'");
  if (needsBeta && !op.getBeta())
    return op.emitError("needs the attribute 'beta'");
  if (needsAlpha)
    out.set_alpha(op.getAlpha()->convertToDouble());
  if (needsBeta)
    out.set_beta(op.getBeta()->convertToDouble());
  return success();
}

static LogicalResult convertConv(ConvOp op, image::Op &out) {
  if (op.getPadValue() != 0)
    return op.emitError("pads with ")
           << static_cast<int64_t>(op.getPadValue())
           << ": only a layer on the arrays can; pad its input before it";
  out.set_kind(Kind::CONV);
  convertWindow(op, out);
  out.set_groups(op.getGroups());
  return success();
}

/// One factor per input suffices where all channels have the same.
static void convertFactors(CombineOp op, image::Op &out) {
  ArrayRef<int64_t> factors = op.getFactors();
  size_t channels = factors.size() / op.getInputs().size();
  SmallVector<int64_t> common;
  for (size_t i = 0; i < factors.size(); i += channels)
    if (llvm::all_equal(factors.slice(i, channels)))
      common.push_back(factors[i]);
  if (common.size() == op.getInputs().size()) {
    assign(out.mutable_factors(), ArrayRef<int64_t>(common));
    return;
  }
  out.set_axis(op.getAxis());
  assign(out.mutable_factors(), factors);
}

static LogicalResult convertThreshold(ThresholdOp op, image::Op &out) {
  out.set_kind(Kind::THRESHOLD);
  out.set_axis(op.getAxis());
  StepsAttr steps = op.getSteps();
  image::Thresholds &table = *out.mutable_thresholds();
  table.mutable_counts()->Assign(steps.getCounts().begin(),
                                 steps.getCounts().end());
  assign(table.mutable_thresholds(), steps.getThresholds());
  for (int64_t code : steps.getCodes()) {
    if (code != static_cast<int32_t>(code))
      return op.emitError("code ") << code << " does not fit 32 bits";
    table.add_codes(static_cast<int32_t>(code));
  }
  return success();
}

static void convertSlice(SliceOp op, image::Op &out) {
  out.set_kind(Kind::SLICE);
  ArrayRef<int64_t> sizes = shapeOf(op.getResult());
  assign(out.mutable_starts(), op.getStarts());
  assign(out.mutable_steps(), op.getSteps());
  for (auto [start, step, size] :
       llvm::zip_equal(op.getStarts(), op.getSteps(), sizes))
    out.add_ends(start + (size - 1) * step + (step > 0 ? 1 : -1));
}

/// Everything but place, node and reason.
static LogicalResult convertBody(Operation *operation, image::Op &out) {
  return llvm::TypeSwitch<Operation *, LogicalResult>(operation)
      .Case([&](ConvOp op) { return convertConv(op, out); })
      .Case([&](LinearOp op) {
        out.set_kind(Kind::LINEAR);
        return success();
      })
      .Case([&](MatMulOp op) {
        out.set_kind(Kind::MATMUL);
        out.set_transpose_rhs(op.getTransposeRhs());
        return success();
      })
      .Case([&](UnaryOp op) { return convertUnary(op, out); })
      .Case([&](BinaryOp op) {
        out.set_kind(kindOf(op.getKind()));
        return success();
      })
      .Case([&](SelectOp op) {
        out.set_kind(Kind::SELECT);
        return success();
      })
      .Case([&](BatchNormOp op) {
        out.set_kind(Kind::BATCH_NORM);
        out.set_axis(op.getAxis());
        out.set_alpha(op.getEpsilon().convertToDouble());
        return success();
      })
      .Case([&](MultiThresholdOp op) {
        out.set_kind(Kind::MULTI_THRESHOLD);
        out.set_axis(op.getAxis());
        return success();
      })
      .Case([&](CastOp op) {
        Type element = elementOf(op.getResult());
        out.set_kind(element.isInteger(1)    ? Kind::CAST_BOOL
                     : element.isInteger(64) ? Kind::CAST_INTEGER
                                             : Kind::CAST_REAL);
        return success();
      })
      .Case([&](MaxPoolOp op) {
        convertPool(op, Kind::MAX_POOL, out);
        if (!op.getMinimumChannels().empty()) {
          out.mutable_minimum_channels()->Resize(shapeOf(op.getInput())[1],
                                                 false);
          for (int64_t channel : op.getMinimumChannels())
            out.set_minimum_channels(channel, true);
        }
        return success();
      })
      .Case([&](AveragePoolOp op) {
        convertPool(op, Kind::AVERAGE_POOL, out);
        out.set_count_include_pad(op.getCountIncludePad());
        return success();
      })
      .Case([&](SumPoolOp op) {
        convertPool(op, Kind::SUM_POOL, out);
        return success();
      })
      .Case([&](ReduceOp op) {
        if (op.getAxes().empty()) {
          out.set_kind(op.getKind() == ReduceKind::L2 ? Kind::ABS
                                                      : Kind::IDENTITY);
          return success();
        }
        out.set_kind(kindOf(op.getKind()));
        assign(out.mutable_axes(), op.getAxes());
        out.set_keep_dims(op.getKeepDims());
        return success();
      })
      .Case([&](SoftmaxOp op) {
        out.set_kind(op.getLog() ? Kind::LOG_SOFTMAX : Kind::SOFTMAX);
        out.set_axis(op.getAxis());
        return success();
      })
      .Case([&](ArgMaxOp op) {
        out.set_kind(op.getSmallest() ? Kind::ARG_MIN : Kind::ARG_MAX);
        out.set_axis(op.getAxis());
        out.set_keep_dims(op.getKeepDims());
        out.set_select_last(op.getSelectLast());
        return success();
      })
      .Case([&](TopKOp op) {
        out.set_kind(Kind::TOP_K);
        out.set_axis(op.getAxis());
        out.set_k(shapeOf(op.getValues())[op.getAxis()]);
        out.set_largest(!op.getSmallest());
        return success();
      })
      .Case([&](ReshapeOp op) {
        out.set_kind(Kind::RESHAPE);
        assign(out.mutable_shape(), shapeOf(op.getResult()));
        return success();
      })
      .Case([&](TransposeOp op) {
        out.set_kind(Kind::TRANSPOSE);
        assign(out.mutable_permutation(), op.getPermutation());
        return success();
      })
      .Case([&](ConcatOp op) {
        out.set_kind(Kind::CONCAT);
        out.set_axis(op.getAxis());
        return success();
      })
      .Case([&](SliceOp op) {
        convertSlice(op, out);
        return success();
      })
      .Case([&](PadOp op) {
        out.set_kind(Kind::PAD);
        assign(out.mutable_pads_begin(), op.getPadsBegin());
        assign(out.mutable_pads_end(), op.getPadsEnd());
        out.set_alpha(op.getValue().convertToDouble());
        out.set_pad_mode(op.getMode() == PadMode::Reflect ? Kind::REFLECT
                         : op.getMode() == PadMode::Edge  ? Kind::EDGE
                                                          : Kind::CONSTANT);
        return success();
      })
      .Case([&](GatherOp op) {
        out.set_kind(Kind::GATHER);
        out.set_axis(op.getAxis());
        return success();
      })
      .Case([&](BroadcastOp op) {
        out.set_kind(Kind::BROADCAST);
        assign(out.mutable_shape(), shapeOf(op.getResult()));
        return success();
      })
      .Case([&](EncodeOp op) {
        out.set_kind(Kind::ENCODE);
        out.set_scale(op.getScale().convertToDouble());
        out.set_offset(op.getOffset().convertToDouble());
        return success();
      })
      .Case([&](PresentOp op) {
        auto count = cast<UnaryCountType>(elementOf(op.getResult()));
        out.set_kind(Kind::PRESENT);
        out.set_k(count.getPresentations());
        out.set_axis(int64_t(op.getInput()));
        return success();
      })
      .Case([&](DecodeOp op) {
        double scale = op.getScale().convertToDouble();
        out.set_kind(Kind::DECODE);
        out.set_scale(scale);
        out.set_offset(scale * op.getOffset().convertToDouble());
        return success();
      })
      .Case([&](ThresholdOp op) { return convertThreshold(op, out); })
      .Case([&](CombineOp op) {
        out.set_kind(Kind::COMBINE);
        convertFactors(op, out);
        return success();
      })
      .Default([&](Operation *op) {
        return op->emitError("has no form as one operator of an image");
      });
}

FailureOr<image::Op> convertToImageOp(Operation *op) {
  image::Op out;
  if (failed(convertBody(op, out)))
    return failure();
  out.set_place(placeOf(op));
  out.set_node(locationName(op->getLoc()).str());
  if (auto reason = op->getAttrOfType<StringAttr>(reasonAttrName))
    out.set_reason(reason.str());
  return out;
}

} // namespace bnn
