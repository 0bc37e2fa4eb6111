/* address.c - reads by address, on chips whose rows and columns have moved.
 *
 * A subarray with a table has its rows in another order, leaves columns out,
 * and answers the complement in some rows (docs/image-format.md, Addresses).
 * The board hears of physical rows and columns alone. */
#include "internal.h"

/* The record of a subarray, or null: records ascend. */
static const uint32_t *table_of(const uint32_t *program, uint32_t subarray) {
  uint32_t low = 0, high = program[BNN_ADDRESSES + 1];
  while (low < high) {
    uint32_t middle = low + (high - low) / 2u;
    const uint32_t *table = bnn_table(program, middle);
    if (table[BNN_TABLE_SUBARRAY] == subarray)
      return table;
    if (table[BNN_TABLE_SUBARRAY] < subarray)
      low = middle + 1u;
    else
      high = middle;
  }
  return 0;
}

/* Whether an ascending list has an entry. */
static int contains(const uint32_t *program, const uint32_t *list,
                    uint32_t entry) {
  const uint32_t *entries = bnn_list(program, list);
  uint32_t low = 0, high = list[1];
  while (low < high) {
    uint32_t middle = low + (high - low) / 2u;
    if (entries[middle] == entry)
      return 1;
    if (entries[middle] < entry)
      low = middle + 1u;
    else
      high = middle;
  }
  return 0;
}

/* The `address`-th column that is not left out. */
static uint32_t physical_column(const uint32_t *program, const uint32_t *table,
                                uint32_t address) {
  const uint32_t *skipped = bnn_list(program, table + BNN_TABLE_SKIPPED);
  uint32_t i;
  for (i = 0; i < table[BNN_TABLE_SKIPPED + 1] && skipped[i] <= address; ++i)
    ++address;
  return address;
}

/* Where a read goes. */
struct place {
  uint32_t row, column, columns; /* with those between that are left out */
  int complemented;
  const uint32_t *skipped; /* those from `column` on */
  uint32_t left;           /* of them */
};

static struct place find_place(const uint32_t *program,
                               const struct bnn_read *read) {
  const uint32_t *table = table_of(program, read->subarray);
  struct place place;
  place.row = read->row;
  place.column = read->column;
  place.columns = read->columns;
  place.complemented = 0;
  place.skipped = 0;
  place.left = 0;
  if (!table || !read->columns)
    return place;
  if (table[BNN_TABLE_ROWS + 1])
    place.row = bnn_list(program, table + BNN_TABLE_ROWS)[read->row];
  place.column = physical_column(program, table, read->column);
  place.columns =
      physical_column(program, table, read->column + read->columns - 1u) -
      place.column + 1u;
  place.complemented =
      contains(program, table + BNN_TABLE_COMPLEMENTED, read->row);
  /* As many are left out before it as it has moved. */
  place.skipped = bnn_list(program, table + BNN_TABLE_SKIPPED) + place.column -
                  read->column;
  place.left = table[BNN_TABLE_SKIPPED + 1] - (place.column - read->column);
  return place;
}

/* Copies bits between columns as the layer sees them and those of the chip,
 * where columns lie between that are left out. */
static void spread(const struct place *place, uint32_t columns,
                   const uint32_t *from, uint32_t *to, int to_chip) {
  uint32_t words = ((to_chip ? place->columns : columns) + 31u) / 32u;
  uint32_t i, at = 0, skip = 0;
  for (i = 0; i < words; ++i)
    to[i] = 0;
  for (i = 0; i < columns; ++i, ++at) {
    uint32_t source, target;
    for (; skip < place->left && place->skipped[skip] == place->column + at;
         ++skip)
      ++at;
    source = to_chip ? i : at;
    target = to_chip ? at : i;
    to[target / 32u] |= (from[source / 32u] >> source % 32u & 1u)
                        << target % 32u;
  }
}

/* Senses a row and brings the answers into the order of addresses. */
static int sense(const struct bnn_board *board, const struct bnn_read *read,
                 const struct place *place, uint32_t *plus, uint32_t *minus) {
  const struct bnn_hardware *hardware = board->hardware;
  uint32_t *bits = board->wide, *ones = bits + board->wide_words,
           *zeros = ones + board->wide_words;
  if (place->columns == read->columns)
    return hardware->sense_row(hardware->context, read->subarray, place->row,
                               place->column, read->columns, read->bits, plus,
                               minus);
  spread(place, read->columns, read->bits, bits, 1);
  if (hardware->sense_row(hardware->context, read->subarray, place->row,
                          place->column, place->columns, bits, ones, zeros))
    return 1;
  spread(place, read->columns, ones, plus, 0);
  spread(place, read->columns, zeros, minus, 0);
  return 0;
}

static uint32_t count_bits(const uint32_t *bits, uint32_t columns) {
  uint32_t i, count = 0;
  for (i = 0; i < columns; ++i)
    count += bits[i / 32u] >> i % 32u & 1u;
  return count;
}

int bnn_read_row(const struct bnn_board *board, const struct bnn_read *read,
                 uint32_t *plus, uint32_t *minus) {
  const struct bnn_hardware *hardware = board->hardware;
  struct place place = find_place(board->program, read);
  uint32_t ones, zeros;
  if (place.columns == read->columns) {
    if (hardware->read_row(hardware->context, read->subarray, place.row,
                           place.column, read->columns, read->bits, &ones,
                           &zeros))
      return 1;
  } else {
    /* A count would hold what the columns between answer. */
    if (sense(board, read, &place, board->plus, board->minus))
      return 1;
    ones = count_bits(board->plus, read->columns);
    zeros = count_bits(board->minus, read->columns);
  }
  *plus = ones;
  *minus = zeros;
  if (place.complemented) {
    /* Without three-level sensing a column that is no one is a zero. */
    *plus = board->program[BNN_TERNARY_SENSE] ? zeros : read->columns - ones;
    *minus = ones;
  }
  return 0;
}

int bnn_sense_row(const struct bnn_board *board, const struct bnn_read *read,
                  uint32_t *plus, uint32_t *minus) {
  struct place place = find_place(board->program, read);
  uint32_t i;
  if (sense(board, read, &place, plus, minus))
    return 1;
  for (i = 0; place.complemented && i < (read->columns + 31u) / 32u; ++i) {
    uint32_t ones = plus[i];
    plus[i] = board->program[BNN_TERNARY_SENSE] ? minus[i] : ~ones;
    minus[i] = ones;
  }
  return 0;
}
