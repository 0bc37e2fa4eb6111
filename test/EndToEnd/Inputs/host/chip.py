"""Executes the chip's steps of an image in plain integers, from
docs/image-format.md and not from the project's simulator."""

import numpy as np

import image_file

# Image.Op.Kind
MAX_POOL, SUM_POOL = 70, 72
RESHAPE, TRANSPOSE, CONCAT, SLICE, IDENTITY = 90, 91, 92, 93, 97
THRESHOLD, COMBINE = 112, 113


class Chip:
    """All values are int64 [samples, shape of the value without its leading 1]."""

    def __init__(self, image):
        self.image = image
        self.cells = image_file.cell_weights(image)

    def run(self, steps, values):
        """Executes those of `steps` that are the chip's and whose inputs are known."""
        for step in steps:
            if step.WhichOneof("kind") == "array":
                if step.array.input in values and step.array.output not in values:
                    values[step.array.output] = self.layer(step.array, values[step.array.input])
            elif step.op.place == 1 and step.op.kind not in (110, 111) and \
                    all(i in values for i in step.op.inputs) and step.op.outputs[0] not in values:
                values[step.op.outputs[0]] = self.digital(step.op, values)

    # Layers on the arrays.

    def lanes(self, layer):
        """Weights in lanes: one plane, or two of a ternary weight on binary cells."""
        if layer.weight_planes == 1:
            return image_file.layer_weights(self.image, self.cells, layer).astype(np.int64)
        rows, columns = self.image.target.rows, self.image.target.columns
        lanes = layer.weight_planes * layer.fan_in
        matrix = np.zeros((layer.neurons, lanes), np.int64)
        for tile, place in enumerate(layer.placement):
            top, left = tile // layer.tile_columns * rows, tile % layer.tile_columns * columns
            height, width = min(rows, layer.neurons - top), min(columns, lanes - left)
            matrix[top:top + height, left:left + width] = self.cells[
                place.subarray, place.row:place.row + height, place.column:place.column + width]
        return matrix

    def taps(self, layer, x):
        """Inputs of all neurons of each group: [samples, positions, groups, fan-in]."""
        samples = len(x)
        if layer.WhichOneof("positions") == "dense":
            return x.reshape(samples, layer.dense.positions, layer.groups, layer.fan_in)
        conv = layer.convolution
        x = x.reshape((samples, conv.channels) + tuple(conv.input))
        padded = np.pad(x, [(0, 0), (0, 0)] + [
            (begin, max(0, (out - 1) * stride + (kernel - 1) * dilation + 1 - begin - size))
            for begin, out, stride, kernel, dilation, size in zip(
                conv.pads_begin, conv.output, conv.strides, conv.kernel, conv.dilations, conv.input)],
            constant_values=conv.pad_code)
        result = []
        for at in np.ndindex(*conv.output):
            window = tuple(slice(a * s, a * s + (k - 1) * d + 1, d) for a, s, k, d in zip(
                at, conv.strides, conv.kernel, conv.dilations))
            result.append(padded[(slice(None), slice(None)) + window].reshape(
                samples, layer.groups, layer.fan_in))
        return np.stack(result, axis=1)

    def layer(self, layer, x):
        weights = self.lanes(layer)
        x = np.tile(self.taps(layer, x), (1, 1, 1, layer.weight_planes))
        x = np.repeat(x, layer.neurons // layer.groups, axis=2)    # an input row for each neuron
        beyond = layer.tile_columns * self.image.target.columns - weights.shape[1]
        padding = (beyond + 1) // 2 if layer.lane_padding == 1 else 0
        count = 0
        for plane, weight in enumerate(layer.plane_weights):
            if layer.plane_coding == 0:      # -1, +1
                bits = x > 0
            elif layer.plane_coding == 1:    # (code >= 0), (code >= 1)
                bits = x >= plane
            else:
                bits = (x - layer.plane_offset) >> plane & 1
            signed = (weights * (2 * bits.astype(np.int64) - 1)).sum(axis=-1)
            ones = signed if self.image.target.ternary_sense else \
                (signed + weights.shape[1]) // 2 + padding
            count = count + weight // layer.count_unit * ones
        # count [samples, positions, neurons]
        positions = count.shape[1]
        classes = np.array(list(layer.position_class) or [0] * positions)
        if layer.HasField("thresholds"):
            table = Table(layer.thresholds)
            result = np.stack([table(classes[p] * layer.neurons + n, count[:, p, n])
                               for p in range(positions) for n in range(layer.neurons)], axis=1)
            result = result.reshape(count.shape)
        else:
            bias = np.array(layer.bias).reshape(-1, layer.neurons)[classes] if layer.bias else 0
            result, rest = np.divmod(count * layer.count_unit + bias, layer.divisor)
            assert not rest.any()
        if layer.WhichOneof("positions") == "convolution":
            result = result.transpose(0, 2, 1)
        return result.reshape((len(x),) + self.shape(layer.output))

    # Beside the arrays.

    def shape(self, value):
        return tuple(self.image.values[value].shape)[1:]

    def digital(self, op, values):
        x = values[op.inputs[0]]
        if op.kind in (RESHAPE, IDENTITY):
            return x.reshape((len(x),) + self.shape(op.outputs[0]))
        if op.kind == TRANSPOSE:
            assert op.permutation[0] == 0
            return x.transpose(list(op.permutation))
        if op.kind == CONCAT:
            return np.concatenate([values[i] for i in op.inputs], axis=op.axis)
        if op.kind == THRESHOLD:
            table = Table(op.thresholds)
            moved = np.moveaxis(x, op.axis, -1)
            if len(op.thresholds.counts) == 1:
                return table(0, x)
            return np.moveaxis(np.stack([table(c, moved[..., c]) for c in range(moved.shape[-1])],
                                        axis=-1), -1, op.axis)
        if op.kind == COMBINE:
            inputs = [values[i] for i in op.inputs]
            factors = np.array(op.factors).reshape(len(inputs), -1)
            shape = [1] * x.ndim
            if factors.shape[1] > 1:
                shape[op.axis] = -1
            return sum(f.reshape(shape) * v for f, v in zip(factors, inputs))
        if op.kind in (MAX_POOL, SUM_POOL):
            return self.pool(op, x)
        raise NotImplementedError(f"digital operator {op.kind}")

    def pool(self, op, x):
        out = self.shape(op.outputs[0])
        falling = np.array(list(op.minimum_channels) or [False] * x.shape[1])
        sign = np.where(falling, -1, 1).reshape((1, -1) + (1,) * (x.ndim - 2))
        result = np.zeros((len(x),) + out, np.int64)
        for at in np.ndindex(*out[1:]):
            # Taps in the padding take no part.
            window = tuple(
                [i for i in range(a * s - b, a * s - b + (k - 1) * d + 1, d) if 0 <= i < n]
                for a, s, b, k, d, n in zip(at, op.strides, op.pads_begin, op.kernel, op.dilations,
                                            x.shape[2:]))
            part = x[np.ix_(range(len(x)), range(x.shape[1]), *window)] * sign
            axes = tuple(range(2, x.ndim))
            result[(slice(None), slice(None)) + at] = \
                part.max(axis=axes) if op.kind == MAX_POOL else part.sum(axis=axes)
        return result * sign if op.kind == MAX_POOL else result


class Table:
    """Step functions of an image."""

    def __init__(self, thresholds):
        ends = np.cumsum(thresholds.counts)
        starts = ends - np.array(thresholds.counts)
        limits, codes = np.array(thresholds.thresholds, np.int64), np.array(thresholds.codes)
        self.steps = [(limits[a:b], codes[a + i:b + i + 1])
                      for i, (a, b) in enumerate(zip(starts, ends))]

    def __call__(self, function, x):
        limits, codes = self.steps[function]
        return codes[np.searchsorted(limits, x, side="right")].astype(np.int64)
