//===- Node.cpp - One node while it is imported ---------------------------===//

#include "Node.h"

#include <cmath>

using namespace mlir;

namespace bnn::onnx_import {

bool Node::hasAttribute(StringRef name) const {
  for (const onnx::AttributeProto &a : proto.attribute())
    if (a.name() == name)
      return true;
  return false;
}

const onnx::AttributeProto *Node::attribute(StringRef name) {
  for (const onnx::AttributeProto &a : proto.attribute())
    if (a.name() == name) {
      read.insert(a.name());
      return &a;
    }
  return nullptr;
}

const onnx::AttributeProto *
Node::find(StringRef name, onnx::AttributeProto::AttributeType type) {
  const onnx::AttributeProto *a = attribute(name);
  // Old files leave the type out.
  if (a && a->has_type() && a->type() != type &&
      a->type() != onnx::AttributeProto::UNDEFINED) {
    error() << "attribute '" << name << "' has type "
            << onnx::AttributeProto::AttributeType_Name(a->type())
            << ", expected " << onnx::AttributeProto::AttributeType_Name(type);
    return nullptr;
  }
  return a;
}

int64_t Node::integer(StringRef name, int64_t fallback) {
  const onnx::AttributeProto *a = find(name, onnx::AttributeProto::INT);
  return a ? a->i() : fallback;
}

double Node::real(StringRef name, double fallback) {
  const onnx::AttributeProto *a = find(name, onnx::AttributeProto::FLOAT);
  if (a && !std::isfinite(a->f())) {
    error() << "attribute '" << name << "' is not finite";
    return fallback;
  }
  return a ? a->f() : fallback;
}

std::string Node::string(StringRef name, StringRef fallback) {
  const onnx::AttributeProto *a = find(name, onnx::AttributeProto::STRING);
  return a ? a->s() : fallback.str();
}

SmallVector<int64_t> Node::integers(StringRef name) {
  const onnx::AttributeProto *a = find(name, onnx::AttributeProto::INTS);
  if (!a)
    return {};
  return SmallVector<int64_t>(a->ints().begin(), a->ints().end());
}

SmallVector<double> Node::reals(StringRef name) {
  const onnx::AttributeProto *a = find(name, onnx::AttributeProto::FLOATS);
  if (!a)
    return {};
  return SmallVector<double>(a->floats().begin(), a->floats().end());
}

void Node::ignore(std::initializer_list<StringRef> names) {
  for (StringRef name : names)
    read.insert(name.str());
}

const onnx::AttributeProto *Node::unreadAttribute() const {
  if (ignoreRest)
    return nullptr;
  for (const onnx::AttributeProto &a : proto.attribute())
    if (!read.count(a.name()))
      return &a;
  return nullptr;
}

bool Node::constantInts(unsigned i, SmallVectorImpl<int64_t> &values) {
  const Val &value = inputs[i];
  if (!value->constant) {
    error() << "input '" << inputName(i)
            << "' must be a constant: shapes that depend on data are not "
               "supported";
    return false;
  }
  if (value->type.getRank() > 1 ||
      !value->type.getElementType().isInteger(64)) {
    error() << "input '" << inputName(i) << "' must be a list of integers, got "
            << value->type;
    return false;
  }
  if (value->constant->size() > 4096) {
    error() << "input '" << inputName(i) << "' has too many elements ("
            << value->constant->size() << ")";
    return false;
  }
  for (int64_t k = 0, n = value->constant->size(); k < n; ++k)
    values.push_back(value->constant->integer(k));
  return true;
}

bool Node::constantScalar(unsigned i, double &value) {
  const Val &input = inputs[i];
  if (!input->constant || input->constant->size() != 1) {
    error() << "input '" << inputName(i) << "' must be a constant of one "
            << "element";
    return false;
  }
  value = input->constant->real(0);
  return true;
}

bool Node::normalizeAxis(int64_t &axis, int64_t rank) {
  if (axis < -rank || axis >= rank) {
    error() << "axis " << axis << " is none of the " << rank << " dimensions";
    return false;
  }
  if (axis < 0)
    axis += rank;
  return true;
}

bool Node::normalizeAxes(SmallVectorImpl<int64_t> &axes, int64_t rank) {
  for (int64_t &axis : axes)
    if (!normalizeAxis(axis, rank))
      return false;
  llvm::sort(axes);
  if (std::adjacent_find(axes.begin(), axes.end()) != axes.end()) {
    error() << "an axis is named twice";
    return false;
  }
  return true;
}

bool Node::requireFinite(unsigned i, StringRef role) {
  const Val &value = inputs[i];
  if (!value->constant)
    return true;
  for (int64_t k = 0, n = value->constant->size(); k < n; ++k) {
    double element = value->constant->real(k);
    if (std::isfinite(element))
      continue;
    error() << role << " tensor '" << inputName(i) << "' has "
            << (std::isnan(element) ? "NaN" : "infinity") << " at element "
            << k;
    return false;
  }
  return true;
}

} // namespace bnn::onnx_import
