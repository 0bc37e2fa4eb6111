"""The floor plan of a JSON report (docs/cost.md), subarray by subarray."""

import collections

# `place` is the tile's row and column in its grid, or for thresholds the tile
# row (column) of the neurons and the piece.
Tile = collections.namedtuple("Tile", "layer holds place row column rows columns padding")


def expand(report):
    """{(chip, subarray): (utilization, [Tile])}, checked against the totals of the report."""
    plan, found = report["floorPlan"], {}
    grids = {grid["layer"]: grid for grid in plan["grids"]}
    seen = collections.Counter()
    for chip in plan["chips"]:
        used = 0
        for run in chip["runs"]:
            for i in range(run["count"]):
                tiles = []
                for tile in run["tiles"]:
                    number = tile["tile"] + i * tile.get("step", 0)
                    weights = tile["holds"] == "weights"
                    place = divmod(number, grids[tile["layer"]]["tileColumns" if weights else "thresholdPieces"])
                    if i == 0:
                        assert place == ((tile["tileRow"], tile["tileColumn"]) if weights else
                                         (tile.get("tileRow", tile.get("tileColumn")), tile["piece"]))
                    seen[tile["layer"], tile["holds"], number] += 1
                    tiles.append(Tile(tile["layer"], tile["holds"], place, tile["row"], tile["column"], tile["rows"],
                                      tile["columns"], tile.get("padding", 0)))
                cells = sum(tile.rows * tile.columns for tile in tiles)
                assert abs(run["utilization"] - cells / report["rows"] / report["columns"]) < 1e-12
                check_apart(tiles, report["rows"], report["columns"])
                key = chip["chip"], run["subarray"] + i
                assert key not in found
                found[key] = run["utilization"], tiles
                used += cells
        assert chip["subarrays"] == sum(key[0] == chip["chip"] for key in found)
        assert abs(chip["utilization"] - used / chip["subarrays"] / report["rows"] / report["columns"]) < 1e-12
    # Every tile of every layer lies somewhere, once, and all weights in them.
    for grid in plan["grids"]:
        assert all(seen.pop((grid["layer"], "weights", i)) == 1 for i in range(grid["tileRows"] * grid["tileColumns"]))
    assert all(holds == "thresholds" and count == 1 for (_, holds, _), count in seen.items()), seen
    weights = sum(tile.rows * tile.columns for _, tiles in found.values() for tile in tiles if tile.holds == "weights")
    assert weights == report["weights"], (weights, report["weights"])
    return found


def check_apart(tiles, rows, columns):
    owner = set()
    for tile in tiles:
        cells = {(row, column) for row in range(tile.row, tile.row + tile.rows)
                 for column in range(tile.column, tile.column + tile.columns + tile.padding)}
        assert not owner & cells and max(cells) <= (rows - 1, columns - 1)
        owner |= cells


def titles(key, utilization, tiles, grids_by_row):
    """What a page writes at a subarray and at its tiles."""
    subarray = key[1]
    yield f"subarray {subarray}: {100 * utilization:.1f} % used"
    for tile in tiles:
        name = f"tile row {tile.place[0]}, column {tile.place[1]}"
        if tile.holds == "thresholds":
            name = f"thresholds of tile {'row' if grids_by_row[tile.layer] else 'column'} {tile.place[0]}, piece {tile.place[1]}"
        where = f"subarray {subarray}, rows {tile.row} to {tile.row + tile.rows - 1}, columns"
        end = tile.column + tile.columns
        yield f"{tile.layer}: {name}; {where} {tile.column} to {end - 1}"
        if tile.padding:
            yield f"{tile.layer}: padding; {where} {end} to {end + tile.padding - 1}"


def expected(report):
    """[(chip, title, row, column, rows, columns)] of all that a page draws, in cells of the subarray."""
    schedules = {layer["name"]: layer.get("schedule") == "p2s" for layer in report["layers"]}
    drawn = []
    for key, (utilization, tiles) in sorted(expand(report).items()):
        boxes = [(0, 0, report["rows"], report["columns"])]
        for tile in tiles:
            boxes.append((tile.row, tile.column, tile.rows, tile.columns))
            if tile.padding:
                boxes.append((tile.row, tile.column + tile.columns, tile.rows, tile.padding))
        for title, box in zip(titles(key, utilization, tiles, schedules), boxes, strict=True):
            drawn.append((key[0], title, *box))
    return drawn
