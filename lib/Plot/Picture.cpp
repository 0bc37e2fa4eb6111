//===- Picture.cpp - Pictures made by gnuplot -----------------------------===//

#include "bnn/Plot/Picture.h"
#include "bnn/Support/Error.h"
#include "bnn/Support/File.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/Program.h"
#include <cmath>
#include <fmt/format.h>

using namespace llvm;

namespace bnn::plot {

std::string quote(StringRef text) {
  std::string out = "'";
  for (char c : text) {
    if (c == '\'')
      out += '\'';
    // A string of gnuplot ends with its line.
    out += c == '\n' || c == '\r' ? ' ' : c;
  }
  return out + "'";
}

std::string number(double value) {
  return std::isfinite(value) ? fmt::format("{}", value) : "NaN";
}

std::string csvNumber(double value) {
  return std::isfinite(value) ? fmt::format("{}", value) : "";
}

std::string csvLine(ArrayRef<std::string> fields) {
  std::string line;
  for (auto [index, field] : enumerate(fields)) {
    if (index)
      line += ',';
    if (StringRef(field).find_first_of(",\"\n\r") == StringRef::npos) {
      line += field;
      continue;
    }
    line += '"';
    for (char c : field)
      line += c == '"' ? std::string("\"\"") : std::string(1, c);
    line += '"';
  }
  return line + "\n";
}

std::string axisCommands(StringRef axis, const AxisLabel &label) {
  std::string out =
      fmt::format("set {}label {} noenhanced\n", axis.str(), quote(label.text));
  if (label.log)
    out += fmt::format("set logscale {0}\nset format {0} '10^{{%L}}'\n",
                       axis.str());
  return out;
}

StringRef color(size_t series) {
  // Okabe and Ito's palette.
  static constexpr StringRef colors[] = {"#0072B2", "#D55E00", "#009E73",
                                         "#CC79A7", "#E69F00", "#56B4E9",
                                         "#000000"};
  return colors[series % std::size(colors)];
}

static Expected<std::string> findGnuplot() {
  ErrorOr<std::string> program = sys::findProgramByName("gnuplot");
  if (!program)
    return makeError("--plot needs the program gnuplot, which is not in PATH; "
                     "on Debian: apt-get install gnuplot-nox");
  return *program;
}

Error checkGnuplot() { return findGnuplot().takeError(); }

namespace {

/// A file that is gone with this object.
class TemporaryFile {
public:
  Error create(StringRef suffix, StringRef bytes) {
    int descriptor;
    if (std::error_code code = sys::fs::createTemporaryFile(
            "bnn-sim-plot", suffix, descriptor, path))
      return makeError("cannot make a temporary file for gnuplot: " +
                       code.message());
    remover.setFile(path, /*deleteIt=*/true);
    raw_fd_ostream stream(descriptor, /*shouldClose=*/true);
    stream << bytes;
    stream.close();
    if (stream.has_error()) {
      std::string why = stream.error().message();
      stream.clear_error();
      return makeError("cannot write " + path.str() + ": " + why);
    }
    return Error::success();
  }
  StringRef name() const { return path; }

private:
  SmallString<128> path;
  FileRemover remover;
};

/// Lines that fit the picture, cut at spaces.
std::vector<std::string> wrap(ArrayRef<std::string> lines) {
  constexpr size_t widest = 125;
  std::vector<std::string> result;
  for (StringRef line : lines) {
    while (line.size() > widest) {
      size_t space = line.take_front(widest + 1).rfind(' ');
      if (space == StringRef::npos || space == 0)
        break; // one long word
      result.push_back(line.take_front(space).str());
      line = line.drop_front(space + 1);
    }
    result.push_back(line.str());
  }
  return result;
}

} // namespace

Expected<std::string> renderSvg(const Picture &picture) {
  Expected<std::string> program = findGnuplot();
  if (!program)
    return program.takeError();
  constexpr int width = 860, height = 600, lineHeight = 16;
  std::string script = fmt::format(
      "set encoding utf8\n"
      "set terminal svg enhanced size {},{} font 'DejaVu Sans,13' background "
      "'#ffffff'\n"
      "set style line 100 linecolor '#d8d8d8' linewidth 0.7\n"
      "set grid xtics ytics linestyle 100\n"
      "set border 3 linecolor '#404040'\n"
      "set tics nomirror out\n"
      "set key noenhanced reverse Left samplen 2.5\n",
      width, height);
  std::vector<std::string> caption = wrap(picture.caption);
  size_t lines = caption.size();
  script += fmt::format("set bmargin at screen {:.4f}\n",
                        double(78 + lines * lineHeight) / height);
  for (auto [index, line] : enumerate(caption))
    script += fmt::format(
        "set label {} {} at screen 0.5,{:.4f} center font ',11' textcolor "
        "'#404040' noenhanced\n",
        900 + index, quote(line),
        double(10 + (lines - 1 - index) * lineHeight) / height);
  script += picture.commands;

  TemporaryFile input, output, errors;
  for (auto [file, suffix, bytes] :
       {std::tuple<TemporaryFile *, StringRef, StringRef>{&input, "gp", script},
        {&output, "svg", ""},
        {&errors, "log", ""}})
    if (Error error = file->create(suffix, bytes))
      return std::move(error);
  std::string message;
  std::optional<StringRef> redirects[] = {StringRef(""), output.name(),
                                          errors.name()};
  int status = sys::ExecuteAndWait(*program, {*program, input.name()},
                                   std::nullopt, redirects,
                                   /*SecondsToWait=*/300, 0, &message);
  auto text = [](TemporaryFile &file) -> std::string {
    Expected<std::unique_ptr<MemoryBuffer>> buffer = openFile(file.name());
    if (!buffer) {
      consumeError(buffer.takeError());
      return "";
    }
    return (*buffer)->getBuffer().str();
  };
  std::string svg = text(output);
  if (status != 0 || !StringRef(svg).trim().ends_with("</svg>")) {
    std::string said = StringRef(text(errors)).trim().str();
    return makeError("gnuplot failed (status " + Twine(status) + ")" +
                     (said.empty() ? "" : ": " + StringRef(said)) +
                     (message.empty() ? "" : " " + StringRef(message)));
  }
  return svg;
}

} // namespace bnn::plot
