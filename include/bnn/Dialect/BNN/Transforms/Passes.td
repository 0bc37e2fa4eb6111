//===- Passes.td - Passes of the bnn dialect ---------------*- tablegen -*-===//

#ifndef BNN_DIALECT_BNN_TRANSFORMS_PASSES_TD
#define BNN_DIALECT_BNN_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

def BNNSinkMoves : Pass<"bnn-sink-moves", "::mlir::func::FuncOp"> {
  let summary = "Move reshapes and transposes below elementwise operators";
  let description = [{
    Exporters put layout changes in the middle of what is one elementwise
    function: between a convolution and its batch normalization, or around
    every convolution of an NHWC network. This pass moves them towards the next
    operator that is not elementwise, where opposite transposes meet and cancel.
    Constants of the elementwise operators follow into the other layout; where
    they cannot, the move stays. Constants that hold the same number along an
    axis, as `ones_like` makes them, lose that axis. Explicit zero padding in front of a convolution
    becomes padding of the convolution.
  }];
  let dependentDialects = ["::bnn::BNNDialect"];
  let statistics = [
    Statistic<"numSunk", "num-sunk", "Moves sunk below an elementwise operator">,
    Statistic<"numPads", "num-pads", "Pads folded into a convolution">];
}

def BNNPackWeights : Pass<"bnn-pack-weights", "::mlir::func::FuncOp"> {
  let summary = "Pack weights that are binary or ternary up to a scale per neuron";
  let description = [{
    A constant weight tensor whose neurons each hold only -a and +a (or 0) for
    an a of their own becomes a packed binary (ternary) constant, followed by a
    multiplication with the scales unless all are 1. Equality is exact; with
    `tolerance` the spread max|w|/min|w| - 1 that is accepted. A neuron without
    any weight gets the scale 0. Other tensors stay real, and the operator says
    why in `bnn.reason`. Products with a constant matrix become `bnn.linear`.
  }];
  let dependentDialects = ["::bnn::BNNDialect"];
  let options = [
    Option<"tolerance", "tolerance", "double", "0.0",
           "Accepted relative spread of |w| in one neuron">];
  let statistics = [
    Statistic<"numBinary", "num-binary", "Weight tensors packed as binary">,
    Statistic<"numTernary", "num-ternary", "Weight tensors packed as ternary">,
    Statistic<"numReal", "num-real", "Weight tensors that stay real">];
}

def BNNEncodeInputs : Pass<"bnn-encode-inputs", "::mlir::func::FuncOp"> {
  let summary = "Encode inputs whose set of values was declared";
  let description = [{
    NAME=u8|s8|uK|sK|bipolar[:SCALE[,OFFSET]] says that input NAME holds
    SCALE * (q + OFFSET), q an integer of that type. The input is encoded once and
    decoded for its users, so that a layer which reads it can run on the arrays,
    bit plane by bit plane. SCALE and OFFSET are decimal numbers or fractions
    such as 1/255.
  }];
  let dependentDialects = ["::bnn::BNNDialect"];
  let options = [
    ListOption<"inputs", "inputs", "std::string",
               "Declarations, NAME=TYPE[:SCALE[,OFFSET]]">];
}

def BNNPresentInputs : Pass<"bnn-present-inputs", "::mlir::func::FuncOp"> {
  let summary = "Choose how inputs are driven onto the arrays";
  let description = [{
    [NAME=]KIND for input NAME, or for all inputs that no other entry names:

    - `auto`: bit planes where the input is declared and a layer on the arrays
      reads it (what happens without this pass);
    - `host`: the layers that read the input stay real, whatever was declared;
    - `bitplane`: bit planes, exact, or an error that says why not;
    - `stochastic:T`: T presentations of one random bit each, which is 1 with the
      probability (q - min) / (max - min) of the code q. The first layer adds
      the counts of all T before it compares: its input is `!bnn.unary<T>`;
    - `stochastic:T,network`: the whole network runs T times on one such bit, and
      its outputs are averaged (`bnn.presentations` of the function).

    An input that must reach the arrays carries `bnn.on_arrays`; `bnn-partition`
    refuses a network whose host reads it.
  }];
  let dependentDialects = ["::bnn::BNNDialect"];
  let options = [
    ListOption<"encodings", "encodings", "std::string",
               "[NAME=]auto|host|bitplane|stochastic:T[,network]">];
  let statistics = [
    Statistic<"numHost", "num-host", "Inputs left to the host">,
    Statistic<"numBitPlane", "num-bit-plane", "Inputs that must be bit planes">,
    Statistic<"numStochastic", "num-stochastic", "Inputs presented at random">];
}

def BNNBinarize : Pass<"bnn-binarize", "::mlir::func::FuncOp"> {
  let summary = "Make real layers binary or ternary after training";
  let description = [{
    Takes the layers of `mode` and those whose ONNX node matches one of `nodes`.
    The classifier is the run of fully connected layers that ends the network,
    with the elementwise operators and moves between and after them. A layer
    whose weights are packed and whose input takes few values was trained so and
    is left; one that reads an undeclared input of the network stays real.

    Every other layer becomes, in the order of the network,

        scale * (codes . sign(input - threshold)) + offset,

    threshold per channel, scale and offset per neuron. Inputs with few values
    (quantized, or declared) are not replaced by signs. With `calibration`, both
    the network as read and the one changed so far run on up to `samples` samples
    of the file: the threshold splits a channel's values so that those of the
    network as read have the least squared error, codes, scale and offset minimize the squared distance to the sums that
    the layer has in the network as read (coordinate descent, then least
    squares). So each layer makes up for the errors of those before, and batch
    norms after it see the statistics they were trained for. Of scores that end in
    a softmax or a class index (with `scores`: of the outputs) the differences
    decide: their layer is fitted to the softmax of the scores of the network as
    read, and layers of which only signs are taken to its bits. Without data, thresholds are 0 and scales mean magnitudes, and a warning says so.

    What follows compiles the result exactly. `bnn.binarized` of the function says
    what was taken and why, that of an operator what was done to it.
  }];
  let dependentDialects = ["::bnn::BNNDialect"];
  let options = [
    Option<"mode", "mode", "std::string", "\"none\"",
           "Layers: none, classifier or all">,
    Option<"weights", "weights", "std::string", "\"binary\"",
           "Weights: binary or ternary">,
    ListOption<"nodes", "nodes", "std::string",
               "Patterns of ONNX node names (*, ?, [..]) to take as well">,
    Option<"calibration", "calibration", "std::string", "\"\"",
           "Samples of the network's input: x.npy, x.npz:member, x.pb">,
    Option<"samples", "samples", "int64_t", "512",
           "At most so many of them, evenly spaced">,
    Option<"scores", "scores", "bool", "false",
           "Of the outputs the largest decides, not its value">];
  let statistics = [
    Statistic<"numBinarized", "num-binarized", "Layers made binary or ternary">,
    Statistic<"numLeft", "num-left", "Layers asked for and left as they are">];
}

def BNNFoldThresholds : Pass<"bnn-fold-thresholds", "::mlir::func::FuncOp"> {
  let summary = "Turn elementwise tails of integers into thresholds, exactly";
  let description = [{
    Walks the network once. A linear operator with packed weights whose input is
    made of codes becomes an exact integer operator. Everything elementwise from
    there to the next quantized tensor, in any spelling, is one function of the
    accumulator; it is solved exactly per channel (see docs/exactness.md) and
    becomes one `bnn.threshold`. Max pools in between move to the integers,
    average pools become sums, and so do sums and means over other dimensions:
    the votes of a layer that decides for each group of inputs are counted on the
    chip. Sums of accumulators become `bnn.combine` where
    their scales are commensurable. Quantized tensors that are computed from real
    ones are encoded at the end of the real part.

    What cannot be turned stays real and says why in `bnn.reason`.
  }];
  let dependentDialects = ["::bnn::BNNDialect"];
  let options = [
    Option<"float32Ties", "float32-ties", "bool", "false",
           "Decide ties as float32 in operator order does, not as real arithmetic">];
  let statistics = [
    Statistic<"numLinear", "num-linear", "Linear operators on integers">,
    Statistic<"numThresholds", "num-thresholds", "Tails folded to thresholds">,
    Statistic<"numTies", "num-ties", "Ties listed">,
    Statistic<"numCombined", "num-combined", "Sums of accumulators">,
    Statistic<"numVotes", "num-votes", "Reductions over groups">];
}

def BNNThresholdBeforePool
    : Pass<"bnn-threshold-before-pool", "::mlir::func::FuncOp"> {
  let summary = "Compare before pooling, where thresholds are monotone";
  let description = [{
    The threshold of a maximum is the maximum of the thresholds where the step
    function rises, and their minimum where it falls: an OR or an AND of bits
    after the sense amplifiers instead of a maximum of accumulators.
  }];
  let dependentDialects = ["::bnn::BNNDialect"];
  let statistics = [
    Statistic<"numMoved", "num-moved", "Thresholds moved before a pool">];
}

def BNNFoldMoves : Pass<"bnn-fold-moves", "::mlir::func::FuncOp"> {
  let summary = "Fold permutations of codes into the weights that read them";
  let description = [{
    A chain of transposes and reshapes in front of a fully connected layer only
    permutes its inputs (the NHWC flatten of many exporters): the columns of the
    weights are permuted instead.
  }];
  let dependentDialects = ["::bnn::BNNDialect"];
  let statistics = [
    Statistic<"numFolded", "num-folded", "Permutations folded into weights">];
}

def BNNReduceByVotes : Pass<"bnn-reduce-by-votes", "::mlir::func::FuncOp"> {
  let summary = "Let groups of inputs decide, and count their votes";
  let description = [{
    For chips without adders for partial sums. A fully connected layer of binary
    inputs and weights that compares each sum with one threshold becomes a layer
    that decides for each `group` of inputs, a sum of those votes, and a
    comparison of the sum: what a network that was trained to vote has in its
    graph. This changes the network's function.

    `calibration` (required) gives the samples whose sums fit the thresholds. A
    group's threshold is its mean sum plus an equal part of what the means are
    short of the neuron's threshold; that of the votes agrees with the exact
    decisions of the network as it was for most samples. Layers are fitted in
    their order, each on the votes of those before it.

    `bnn.reduced` of the function says of each layer what was done or why
    nothing was, the share of its outputs that are others on those samples, and
    the share of samples that get another class (another score, where the output
    is a single real number).
  }];
  let dependentDialects = ["::bnn::BNNDialect"];
  let options = [
    Option<"group", "group", "unsigned", "0",
           "Inputs of a group; 0: exact sums">,
    Option<"calibration", "calibration", "std::string", "\"\"",
           "Samples of the network's input: x.npy, x.npz:member, x.pb">,
    Option<"samples", "samples", "int64_t", "512",
           "At most so many of them, evenly spaced">];
  let statistics = [
    Statistic<"numReduced", "num-reduced", "Layers that vote">];
}

def BNNPartition : Pass<"bnn-partition", "::mlir::func::FuncOp"> {
  let summary = "Say for each operator on the host why it is there";
  let description = [{
    The types draw the line between host and arrays: operators on integers and
    codes run on the chip, operators on reals on the host, and `bnn.encode` and
    `bnn.decode` are the crossings. This pass completes `bnn.reason` on every host
    operator, and says at each crossing in `bnn.crossing` what it takes. An input
    with `bnn.on_arrays` that the host decodes again is an error.
  }];
  let dependentDialects = ["::bnn::BNNDialect"];
  let statistics = [
    Statistic<"numHost", "num-host", "Operators on the host">,
    Statistic<"numArrays", "num-arrays", "Linear operators on the arrays">];
}

def BNNReplicate : Pass<"bnn-replicate", "::mlir::func::FuncOp"> {
  let summary = "Give convolutions several copies of their weights";
  let description = [{
    A convolution on the arrays reads its rows once for each output position.
    With n copies of its weights, n positions are computed at the same time. The
    output is cut into n slabs along its longest spatial axis, the first of
    equal ones, as even as they can be; for more copies than it has positions
    along that axis each line is cut in the same way along the next longest
    axis, all into the same number of parts. Each slab is a convolution of its own,
    with the threshold behind it, over the slice of the input that its windows
    reach. Padding stays where it was: only slabs at the border have any. The
    slabs are concatenated, and the result is the same, bit by bit.

    A convolution says with `bnn.copies` how many copies it wants; all others
    get `copies`, or the largest number below that they can be cut into. Left alone
    are fully connected layers and operators on the host. An axis along which
    some windows see nothing but padding is not cut. Each slab carries `bnn.copy`,
    its number from 1 on, by which its layer on the arrays is named.

    Run it after bnn-partition and before convert-bnn-to-rram.
  }];
  let dependentDialects = ["::bnn::BNNDialect"];
  let options = [
    Option<"copies", "copies", "int64_t", "1",
           "Copies of convolutions without bnn.copies">];
  let statistics = [
    Statistic<"numReplicated", "num-replicated", "Convolutions with copies">,
    Statistic<"numCopies", "num-copies", "Copies of their weights">];
}

#endif // BNN_DIALECT_BNN_TRANSFORMS_PASSES_TD
