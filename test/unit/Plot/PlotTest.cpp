//===- PlotTest.cpp -------------------------------------------------------===//
//
// Every figure with numbers of its kind. PLOT_FOLDER in the environment keeps
// the pictures, to be looked at.
//
//===----------------------------------------------------------------------===//

#include "bnn/Device/Random.h"
#include "bnn/Plot/Plots.h"
#include "bnn/Support/File.h"
#include "gtest/gtest.h"
#include <cmath>
#include <cstdlib>

using namespace bnn::plot;
using bnn::device::Draw;
using bnn::device::Stream;

namespace {

/// The picture's text; empty and a skipped test where gnuplot is missing.
std::string render(Picture picture, llvm::StringRef name) {
  if (llvm::Error error = checkGnuplot()) {
    llvm::consumeError(std::move(error));
    return "";
  }
  picture.caption = {"seed 1, 100 chips, 597 images, frozen 'bit' errors; "
                     "standing of the numbers: assumed",
                     "digits_bnn.rimg on textbook-equal-sigma"};
  auto svg = renderSvg(picture);
  if (!svg) {
    ADD_FAILURE() << name.str() << ": " << toString(svg.takeError());
    return "";
  }
  EXPECT_NE(svg->find("597 images"), std::string::npos);
  if (const char *folder = std::getenv("PLOT_FOLDER"))
    llvm::cantFail(bnn::writeFile(
        (llvm::Twine(folder) + "/" + name + ".svg").str(), *svg));
  return *svg;
}

double normal(uint64_t at, uint64_t what) {
  auto [u, v] = Stream(1, 0, Draw::Bootstrap).pair(what, at);
  return std::sqrt(-2 * std::log(bnn::device::toUnit(u))) *
         std::cos(2 * M_PI * bnn::device::toUnit(v));
}

#define EXPECT_HAS(text, part)                                                 \
  if (!(text).empty())                                                         \
  EXPECT_NE((text).find(part), std::string::npos) << (part)

TEST(Plot, Quotes) {
  EXPECT_EQ(quote("it's\n`reboot`"), "'it''s `reboot`'");
  EXPECT_EQ(csvLine({"a,b", "say \"x\"", "c"}),
            "\"a,b\",\"say \"\"x\"\"\",c\n");
  EXPECT_EQ(number(absent), "NaN");
  EXPECT_EQ(csvNumber(absent), "");
}

TEST(Plot, GnuplotErrorsAreErrors) {
  if (llvm::Error error = checkGnuplot()) {
    llvm::consumeError(std::move(error));
    GTEST_SKIP() << "no gnuplot";
  }
  Picture picture;
  picture.commands = "no such command\n";
  auto svg = renderSvg(picture);
  ASSERT_FALSE(bool(svg));
  EXPECT_NE(toString(svg.takeError()).find("gnuplot failed"),
            std::string::npos);
}

/// A caption that is wider than the picture goes on in the next line.
TEST(Plot, LongCaptions) {
  if (llvm::Error error = checkGnuplot()) {
    llvm::consumeError(std::move(error));
    GTEST_SKIP() << "no gnuplot";
  }
  Picture picture;
  picture.commands = "plot x\n";
  std::string caption = "first";
  for (int i = 0; i < 40; ++i)
    caption += " word" + std::to_string(i);
  picture.caption = {caption};
  std::string svg = llvm::cantFail(renderSvg(picture));
  for (const char *word : {"first word0", "word39"})
    EXPECT_NE(svg.find(word), std::string::npos) << word;
  EXPECT_EQ(svg.find(caption), std::string::npos);
  size_t start = svg.find("first word0");
  EXPECT_LE(svg.find('<', start) - start, 125U);
}

TEST(Plot, Accuracy) {
  AccuracyPlot plot;
  plot.x = {"bit error rate", true};
  plot.noiseFree = 0.9782;
  for (int s = 0; s < 2; ++s) {
    AccuracySeries series{s ? "read" : "program", {}};
    for (int i = 0; i < 9; ++i) {
      double p = std::pow(10, -5 + 0.5 * i), loss = (s ? 3 : 6) * p;
      double mean = 0.9782 - std::min(0.8, loss);
      series.points.push_back({p, mean + 0.001, mean - loss / 3,
                               mean + loss / 4, mean, mean - loss / 10,
                               mean + loss / 10});
    }
    plot.series.push_back(series);
  }
  Picture picture = draw(plot);
  std::string svg = render(picture, "accuracy");
  EXPECT_HAS(svg, "noise-free");
  EXPECT_HAS(svg, "bit error rate");
  EXPECT_EQ(picture.csv.substr(0, 22), "series,bit error rate,");
  EXPECT_EQ(std::count(picture.csv.begin(), picture.csv.end(), '\n'), 19);
}

// The key of many series names each once.
TEST(Plot, ManySeries) {
  AccuracyPlot accuracy;
  accuracy.x = {"supply [volt]", false};
  YieldPlot yield;
  for (int s = 0; s < 35; ++s) {
    std::string title = "temperature = " + std::to_string(20 + s);
    AccuracySeries series{title, {}};
    YieldSeries chips{title, {}};
    for (int i = 0; i < 7; ++i) {
      double mean = 0.98 - 0.002 * s / (1 + i);
      if (s < 5)
        series.points.push_back({0.6 + 0.1 * i, mean, mean - 0.01, mean + 0.01,
                                 mean, mean - 0.004, mean + 0.004});
      chips.accuracies.push_back(mean + 0.01 * normal(i, s));
    }
    if (s < 5)
      accuracy.series.push_back(series);
    yield.series.push_back(chips);
  }
  // gnuplot writes an entry as the title of an element and as a text.
  auto times = [](llvm::StringRef text, llvm::StringRef what) {
    return text.count(what) / 2;
  };
  std::string svg = render(draw(accuracy), "accuracy-many");
  if (svg.empty())
    return;
  EXPECT_EQ(times(svg, "temperature = 21"), 1u);
  EXPECT_EQ(times(svg, "5-95 % of chips"), 1u);
  svg = render(draw(yield), "yield-many");
  EXPECT_EQ(times(svg, "temperature = "), 13u);
  EXPECT_HAS(svg, "(13 of 35 are named)");
}

TEST(Plot, AccuracyOfOneValueAndAtZero) {
  AccuracyPlot plot;
  plot.x = {"bit error rate", true};
  plot.series = {{"",
                  {{0, 0.9, 0.9, 0.9, 0.9, absent, absent},
                   {1e-3, 0.8, 0.7, 0.9, 0.8, absent, absent}}}};
  Picture picture = draw(plot);
  render(picture, "accuracy-one");
  // What has no place on the axis is in the table.
  EXPECT_NE(picture.csv.find("\n,0,90,90,90,90,,\n"), std::string::npos);
}

TEST(Plot, Yield) {
  YieldPlot plot;
  plot.wanted = 0.95;
  for (int s = 0; s < 3; ++s) {
    YieldSeries series{"ber = 1e-" + std::to_string(4 - s), {}};
    for (int i = 0; i < 100; ++i)
      series.accuracies.push_back(
          std::round(597 * (0.975 - 0.02 * s + 0.006 * s * normal(i, s))) /
          597);
    plot.series.push_back(series);
  }
  Picture picture = draw(plot);
  EXPECT_HAS(render(picture, "yield"), "wanted: 95 %");
  // Equal chips are one line; the first is reached by all.
  YieldPlot small;
  small.series = {{"", {0.9, 0.8, 0.9, 1.0}}};
  EXPECT_EQ(draw(small).csv, "series,accuracy_percent,yield_percent\n,80,100\n"
                             ",90,75\n,100,25\n");
}

TEST(Plot, Margin) {
  MarginPlot plot;
  for (int s = 0; s < 3; ++s) {
    MarginSeries series{"/fc" + std::to_string(s) + "/MatMul", {}};
    series.outputs.resize(200 * (s + 1));
    for (size_t d = 0; d < series.outputs.size(); ++d)
      series.outputs[d] =
          int64_t(1e5 * std::exp(-std::pow(d / (40.0 * (s + 1)), 2)));
    plot.layers.push_back(series);
  }
  Picture picture = draw(plot);
  EXPECT_HAS(render(picture, "margin"), "/fc2/MatMul");
  EXPECT_NE(picture.csv.find("/fc0/MatMul,1,"), std::string::npos);
}

TEST(Plot, Ber) {
  BerPlot plot;
  plot.reference = "min_error";
  BerSeries analytic{"2T2R, analytic", {}, false},
      sampled{"2T2R, sampled", {}, true};
  for (int i = 0; i < 7; ++i) {
    double p = std::pow(10, -4 + 0.5 * i), pair = p * p * 10;
    analytic.points.push_back({p, pair, absent, absent, ""});
    sampled.points.push_back({p, pair * 1.05, pair * 0.8, pair * 1.3, ""});
  }
  plot.series = {analytic, sampled};
  std::string svg = render(draw(plot), "ber");
  EXPECT_HAS(svg, "SECDED (8,4)");
  EXPECT_HAS(svg, "min_error");
}

TEST(Plot, Scatter) {
  ScatterPlot plot;
  for (int i = 0; i < 3000; ++i) {
    double lrs = 7e3 * std::exp(0.4 * normal(i, 1));
    double hrs = 6e4 * std::exp(0.6 * normal(i, 2));
    bool plus = i % 2;
    plot.cells.push_back(
        {plus ? lrs : hrs, plus ? hrs : lrs, plus ? 1 : -1, lrs > hrs});
  }
  Picture picture = draw(plot);
  EXPECT_HAS(render(picture, "scatter"), "read wrongly");
  plot.wrong = 12345;
  EXPECT_HAS(render(draw(plot), "scatter-some"), " of 12345");
  EXPECT_EQ(std::count(picture.csv.begin(), picture.csv.end(), '\n'), 3001);
}

TEST(Plot, Probit) {
  ProbitPlot plot;
  ProbitSeries lrs{"LRS, N = 5000", {}, false, 0},
      hrs{"HRS, N = 5000", {}, false, 1};
  for (int i = 0; i < 5000; ++i) {
    lrs.ohms.push_back(7e3 * std::exp(0.3 * normal(i, 1)));
    hrs.ohms.push_back(9e4 * std::exp(0.6 * normal(i, 2)));
  }
  plot.series = {lrs, hrs};
  EXPECT_HAS(render(draw(plot), "probit"), "HRS, N = 5000");
}

TEST(Plot, Shmoo) {
  ShmooPlot plot;
  plot.x = {"supply [V]", false};
  plot.y = {"lrs.ln_sigma", false};
  plot.xs = {0.6, 0.7, 0.8, 1.0, 1.2};
  plot.ys = {0.1, 0.3, 0.6};
  for (double y : plot.ys)
    for (double x : plot.xs)
      plot.values.push_back(x > 1.1 && y < 0.2 ? 0 : std::exp(-8 * x) * y);
  Picture picture = draw(plot);
  EXPECT_HAS(render(picture, "shmoo"), "supply [V]");
  EXPECT_NE(picture.csv.find("\n1.2,0.1,0\n"), std::string::npos);
}

TEST(Plot, Map) {
  MapPlot plot;
  plot.rows = plot.columns = 32;
  plot.subarrays = plot.shown = 78;
  for (uint64_t s = 0; s < 78; ++s)
    for (uint64_t i = 0; i < 12; ++i) {
      auto words = Stream(1, 0, Draw::Bootstrap).words(s, i);
      plot.cells.push_back(
          {s, words[0] % 32, words[1] % 32, double(words[2] % 100 + 1) / 100});
    }
  EXPECT_HAS(render(draw(plot), "map"), "all of 78 subarrays of 32 x 32 cells");
  for (MapPlot::Cell &cell : plot.cells)
    cell.share = 1;
  render(draw(plot), "map-one-chip");
}

} // namespace
