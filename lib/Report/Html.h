//===- Html.h - Parts of the report page ------------------------*- C++ -*-===//

#ifndef BNN_LIB_REPORT_HTML_H
#define BNN_LIB_REPORT_HTML_H

#include "bnn/Report/FloorPlan.h"
#include <cstdint>
#include <string>

namespace bnn::report {

/// Text with what HTML reads as markup replaced.
std::string escape(const std::string &text);

/// The colour of layer `number` on the arrays, "#rrggbb"; they repeat.
const char *layerColour(uint64_t number);

/// An SVG element for each chip: which layers' tiles lie in which subarray.
std::string floorPlan(const FloorPlan &plan);

} // namespace bnn::report

#endif // BNN_LIB_REPORT_HTML_H
