/* run.c - executes the steps of a program. */
#include "internal.h"

int32_t bnn_load(const uint32_t *value, const uint32_t *arena, uint32_t i) {
  const unsigned char *bytes =
      (const unsigned char *)arena + value[BNN_VALUE_OFFSET];
  int is_signed = value[BNN_VALUE_SIGNED] != 0;
  switch (value[BNN_VALUE_BYTES]) {
  case 1:
    return is_signed ? (int32_t)(int8_t)bytes[i] : (int32_t)bytes[i];
  case 2: {
    uint16_t half = ((const uint16_t *)(const void *)bytes)[i];
    return is_signed ? (int32_t)(int16_t)half : (int32_t)half;
  }
  default:
    return ((const int32_t *)(const void *)bytes)[i];
  }
}

void bnn_store(const uint32_t *value, uint32_t *arena, uint32_t i,
               int32_t element) {
  unsigned char *bytes = (unsigned char *)arena + value[BNN_VALUE_OFFSET];
  switch (value[BNN_VALUE_BYTES]) {
  case 1:
    bytes[i] = (unsigned char)element;
    break;
  case 2:
    ((uint16_t *)(void *)bytes)[i] = (uint16_t)element;
    break;
  default:
    ((int32_t *)(void *)bytes)[i] = element;
  }
}

uint32_t bnn_product(const uint32_t *program, const uint32_t *list) {
  uint32_t product = 1, i;
  for (i = 0; i < list[1]; ++i)
    product *= bnn_list(program, list)[i];
  return product;
}

int32_t bnn_step_code(const uint32_t *program, const uint32_t *lists,
                      uint32_t function, int32_t x) {
  const uint32_t *start = bnn_list(program, lists);
  const uint32_t *thresholds = bnn_list(program, lists + 2);
  const uint32_t *codes = bnn_list(program, lists + 4);
  uint32_t at = start[function], end = start[function + 1];
  /* One code more than thresholds for each function before. */
  while (at < end && x >= (int32_t)thresholds[at])
    ++at;
  return (int32_t)codes[at + function];
}

int32_t bnn_tap(const uint32_t *program, const uint32_t *lists,
                uint32_t position, uint32_t tap) {
  const uint32_t *input = bnn_list(program, lists),
                 *output = bnn_list(program, lists + 2),
                 *kernel = bnn_list(program, lists + 4),
                 *strides = bnn_list(program, lists + 6),
                 *dilations = bnn_list(program, lists + 8),
                 *pads = bnn_list(program, lists + 10);
  int32_t index = 0, step = 1;
  uint32_t d;
  for (d = lists[1]; d-- > 0;) {
    int32_t x = (int32_t)(position % output[d] * strides[d]) -
                (int32_t)pads[d] + (int32_t)(tap % kernel[d] * dilations[d]);
    if (x < 0 || (uint32_t)x >= input[d])
      return -1;
    index += x * step;
    step *= (int32_t)input[d];
    position /= output[d];
    tap /= kernel[d];
  }
  return index;
}

static void run_pool(const uint32_t *program, const uint32_t *step,
                     uint32_t *arena) {
  const uint32_t *sizes = step + BNN_POOL_INPUT_SIZE;
  const uint32_t *from = bnn_value(program, step[BNN_POOL_INPUT]),
                 *to = bnn_value(program, step[BNN_POOL_OUTPUT]);
  uint32_t inputs = bnn_product(program, sizes),
           positions = bnn_product(program, sizes + 2),
           taps = bnn_product(program, sizes + 4), channel, position, tap;
  for (channel = 0; channel < step[BNN_POOL_CHANNELS]; ++channel) {
    int minimum = step[BNN_POOL_MINIMUM + 1] &&
                  bnn_list(program, step + BNN_POOL_MINIMUM)[channel];
    for (position = 0; position < positions; ++position) {
      int32_t result = 0;
      int first = 1;
      for (tap = 0; tap < taps; ++tap) {
        int32_t at = bnn_tap(program, sizes, position, tap), x;
        if (at < 0)
          continue;
        x = bnn_load(from, arena, channel * inputs + (uint32_t)at);
        if (step[BNN_POOL_SUM])
          result = bnn_add(result, x);
        else if (first || (minimum ? x < result : x > result))
          result = x;
        first = 0;
      }
      bnn_store(to, arena, channel * positions + position, result);
    }
  }
}

static void run_transpose(const uint32_t *program, const uint32_t *step,
                          uint32_t *arena) {
  const uint32_t *shape = bnn_list(program, step + BNN_TRANSPOSE_SHAPE),
                 *permutation =
                     bnn_list(program, step + BNN_TRANSPOSE_PERMUTATION);
  const uint32_t *from = bnn_value(program, step[BNN_TRANSPOSE_INPUT]),
                 *to = bnn_value(program, step[BNN_TRANSPOSE_OUTPUT]);
  uint32_t rank = step[BNN_TRANSPOSE_SHAPE + 1], strides[BNN_MAX_RANK], i, d,
           stride = 1;
  for (d = rank; d-- > 0;) {
    strides[d] = stride;
    stride *= shape[d];
  }
  for (i = 0; i < to[BNN_VALUE_ELEMENTS]; ++i) {
    uint32_t rest = i, at = 0;
    for (d = rank; d-- > 0;) {
      uint32_t axis = permutation[d];
      at += rest % shape[axis] * strides[axis];
      rest /= shape[axis];
    }
    bnn_store(to, arena, i, bnn_load(from, arena, at));
  }
}

static void run_threshold(const uint32_t *program, const uint32_t *step,
                          uint32_t *arena) {
  const uint32_t *from = bnn_value(program, step[BNN_THRESHOLD_INPUT]),
                 *to = bnn_value(program, step[BNN_THRESHOLD_OUTPUT]);
  uint32_t i;
  for (i = 0; i < to[BNN_VALUE_ELEMENTS]; ++i)
    bnn_store(to, arena, i,
              bnn_step_code(program, step + BNN_THRESHOLD_STEPS,
                            i / step[BNN_THRESHOLD_INNER] %
                                step[BNN_THRESHOLD_CHANNELS],
                            bnn_load(from, arena, i)));
}

static void run_combine(const uint32_t *program, const uint32_t *step,
                        uint32_t *arena) {
  const uint32_t *inputs = bnn_list(program, step + BNN_COMBINE_INPUTS),
                 *factors = bnn_list(program, step + BNN_COMBINE_FACTORS),
                 *to = bnn_value(program, step[BNN_COMBINE_OUTPUT]);
  uint32_t channels = step[BNN_COMBINE_CHANNELS], i, j;
  for (i = 0; i < to[BNN_VALUE_ELEMENTS]; ++i) {
    uint32_t channel = i / step[BNN_COMBINE_INNER] % channels;
    int32_t sum = 0;
    for (j = 0; j < step[BNN_COMBINE_INPUTS + 1]; ++j)
      sum = bnn_add(
          sum, bnn_multiply((int32_t)factors[j * channels + channel],
                            bnn_load(bnn_value(program, inputs[j]), arena, i)));
    bnn_store(to, arena, i, sum);
  }
}

static void run_move(const uint32_t *program, const uint32_t *step,
                     uint32_t *arena) {
  const uint32_t *from = bnn_value(program, step[BNN_MOVE_INPUT]),
                 *to = bnn_value(program, step[BNN_MOVE_OUTPUT]);
  uint32_t read = step[BNN_MOVE_INPUT_START],
           written = step[BNN_MOVE_OUTPUT_START], run, i;
  for (run = 0; run < step[BNN_MOVE_RUNS]; ++run) {
    for (i = 0; i < step[BNN_MOVE_LENGTH]; ++i)
      bnn_store(to, arena, written + i, bnn_load(from, arena, read + i));
    read += step[BNN_MOVE_INPUT_START + 1];
    written += step[BNN_MOVE_OUTPUT_START + 1];
  }
}

size_t bnn_arena_words(const uint32_t *program) {
  return ((size_t)program[BNN_ARENA_BYTES] + 3u) / 4u;
}

size_t bnn_scratch_words(const uint32_t *program) {
  size_t most = 0;
  uint32_t i;
  for (i = 0; i < program[BNN_STEPS + 1]; ++i) {
    const uint32_t *step = program + bnn_list(program, program + BNN_STEPS)[i];
    size_t words = step[0] == BNN_ARRAY ? bnn_layer_words(program, step) : 0;
    most = words > most ? words : most;
  }
  return most;
}

enum bnn_status bnn_run(const uint32_t *program,
                        const struct bnn_hardware *hardware,
                        const struct bnn_memory *memory) {
  uint32_t i;
  if (memory->arena_words < bnn_arena_words(program) ||
      memory->scratch_words < bnn_scratch_words(program))
    return BNN_NO_MEMORY;
  for (i = 0; i < program[BNN_STEPS + 1]; ++i) {
    const uint32_t *step = program + bnn_list(program, program + BNN_STEPS)[i];
    enum bnn_status status = BNN_OK;
    switch (step[0]) {
    case BNN_ARRAY:
      status = bnn_run_layer(program, step, hardware, memory);
      break;
    case BNN_POOL:
      run_pool(program, step, memory->arena);
      break;
    case BNN_TRANSPOSE:
      run_transpose(program, step, memory->arena);
      break;
    case BNN_THRESHOLD:
      run_threshold(program, step, memory->arena);
      break;
    case BNN_COMBINE:
      run_combine(program, step, memory->arena);
      break;
    default:
      run_move(program, step, memory->arena);
    }
    if (status != BNN_OK)
      return status;
  }
  return BNN_OK;
}

static const uint32_t *port(const uint32_t *program, uint32_t list, size_t i) {
  return bnn_value(program, bnn_list(program, program + list)[i]);
}

size_t bnn_inputs(const uint32_t *program) { return program[BNN_INPUTS + 1]; }
size_t bnn_outputs(const uint32_t *program) { return program[BNN_OUTPUTS + 1]; }

size_t bnn_input_elements(const uint32_t *program, size_t i) {
  return port(program, BNN_INPUTS, i)[BNN_VALUE_ELEMENTS];
}

size_t bnn_output_elements(const uint32_t *program, size_t i) {
  return port(program, BNN_OUTPUTS, i)[BNN_VALUE_ELEMENTS];
}

enum bnn_status bnn_set_input(const uint32_t *program, size_t i,
                              const int32_t *elements,
                              const struct bnn_memory *memory) {
  const uint32_t *value = port(program, BNN_INPUTS, i);
  uint32_t j;
  if (memory->arena_words < bnn_arena_words(program))
    return BNN_NO_MEMORY;
  for (j = 0; j < value[BNN_VALUE_ELEMENTS]; ++j) {
    if (elements[j] < (int32_t)value[BNN_VALUE_LOW] ||
        elements[j] > (int32_t)value[BNN_VALUE_HIGH])
      return BNN_RANGE;
    bnn_store(value, memory->arena, j, elements[j]);
  }
  return BNN_OK;
}

void bnn_get_output(const uint32_t *program, size_t i, int32_t *elements,
                    const struct bnn_memory *memory) {
  const uint32_t *value = port(program, BNN_OUTPUTS, i);
  uint32_t j;
  for (j = 0; j < value[BNN_VALUE_ELEMENTS]; ++j)
    elements[j] = bnn_load(value, memory->arena, j);
}
