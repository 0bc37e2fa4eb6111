//===- DeviceFigures.h - Figures of devices ---------------------*- C++ -*-===//

#ifndef BNN_TOOLS_BNN_SIM_DEVICEFIGURES_H
#define BNN_TOOLS_BNN_SIM_DEVICEFIGURES_H

#include "Figures.h"
#include "bnn/Plot/Plots.h"

namespace bnn::sim {

/// A parameter of --sweep as the label of an axis.
plot::AxisLabel axisOf(const mc::Axis &axis);

plot::Picture drawBer(const FigureData &data);
plot::Picture drawScatter(const FigureData &data);
plot::Picture drawProbit(const FigureData &data);
plot::Picture drawShmoo(const FigureData &data);

} // namespace bnn::sim

#endif // BNN_TOOLS_BNN_SIM_DEVICEFIGURES_H
