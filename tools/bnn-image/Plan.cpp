//===- Plan.cpp - Programming of chips ------------------------------------===//

#include "Plan.h"
#include "bnn/Image/AddressMap.h"
#include "bnn/Image/Image.h"
#include "bnn/Programming/Plan.h"
#include "bnn/Support/Error.h"
#include "bnn/Support/File.h"
#include <fmt/format.h>

using namespace llvm;
using namespace bnn;

static Expected<Target> targetOf(const image::Image &image,
                                 const std::string &name) {
  return findTarget(name.empty() ? StringRef(image.target().name())
                                 : StringRef(name));
}

static Error writeText(const std::string &path, const std::string &text,
                       raw_ostream &os) {
  if (path != "-")
    return writeFile(path, text);
  os << text;
  return Error::success();
}

/// The cells of an image as a programmer writes them.
static Expected<image::Image> readCells(const std::string &path) {
  Expected<image::Image> image = image::read(path);
  if (!image)
    return image.takeError();
  return image::cellsOnChip(*image);
}

Error writeDevices(const std::string &oldPath, const std::string &newPath,
                   const std::string &targetName, const std::string &path,
                   raw_ostream &os) {
  Expected<image::Image> old = readCells(oldPath);
  if (!old)
    return old.takeError();
  Expected<image::Image> now = readCells(newPath);
  if (!now)
    return now.takeError();
  const image::Image &before = *old, &after = *now;
  if (Error error = programming::checkComparable(before, after))
    return error;
  Expected<Target> target = targetOf(after, targetName);
  if (!target)
    return target.takeError();
  programming::PulseCount total;
  std::string list = programming::deviceList(before, after, total);
  if (!path.empty())
    if (Error error = writeText(path, list, os))
      return error;
  if (path != "-")
    os << fmt::format("devices: {} RESET, then {} SET in {} rows, {} pulse{} "
                      "each\n{}\n",
                      total.resets, total.sets, total.rows, total.most,
                      total.most == 1 ? "" : "s",
                      programming::enduranceLine(*target, total.most));
  return Error::success();
}

static const char *verifiedBy(Verify verify) {
  switch (verify) {
  case Verify::None:
    return "not at all: what is written is not known to be there";
  case Verify::PcsaBit:
    return "at the sense amplifiers with both inputs: the sign of a cell";
  case Verify::Ternary:
    return "at the sense amplifiers with both inputs: the sign of a cell, and "
           "0";
  case Verify::SingleEnded:
    return "device by device";
  }
  return "";
}

static void print(const programming::Plan &plan, const Target &target,
                  uint64_t attempt, raw_ostream &os) {
  os << fmt::format("target         {}\n", target.name);
  os << fmt::format("verified       {}\n",
                    verifiedBy(target.capabilities.verify));
  if (target.capabilities.verify != Verify::None)
    os << fmt::format("attempt        {} of {:.10g}\n", attempt,
                      target.programming.maxPulses->value);
  os << fmt::format("rows           {}\n", plan.pulses.rows);
  os << fmt::format("pulses         {} RESET, {} SET, at most {} a device\n",
                    plan.pulses.resets, plan.pulses.sets, plan.pulses.most);
  if (target.capabilities.verify != Verify::None)
    os << fmt::format("to verify      {} {}\n", plan.verifies,
                      target.capabilities.verify == Verify::SingleEnded
                          ? "devices"
                          : "cells");
  if (plan.unverified)
    os << fmt::format("not verified   {} cells\n", plan.unverified);
  os << programming::enduranceLine(target, plan.pulses.most) << '\n';
}

/// What the measured file says.
static Expected<programming::Verification> verify(const PlanRequest &request,
                                                  const image::Image &image,
                                                  const Target &target) {
  const std::string &path =
      request.reads.empty() ? request.measured : request.reads;
  Expected<std::unique_ptr<MemoryBuffer>> file = openFile(path);
  if (!file)
    return file.takeError();
  if (request.reads.empty()) {
    Expected<std::vector<device::DeviceRow>> rows =
        device::parseDevices((*file)->getBuffer(), path);
    if (!rows)
      return rows.takeError();
    return programming::verifyDevices(*rows, image, target, path);
  }
  Expected<std::vector<device::ReadRow>> rows =
      device::parseReads((*file)->getBuffer(), path);
  if (!rows)
    return rows.takeError();
  return programming::verifyReads(*rows, image, target, path);
}

static Error writeRetry(const PlanRequest &request, const image::Image &image,
                        const Target &target, raw_ostream &os) {
  Expected<programming::Verification> found = verify(request, image, target);
  if (!found)
    return found.takeError();
  const char *what = request.reads.empty() ? "devices" : "cells";
  os << fmt::format("verification   {} of {} {} failed\n",
                    found->failures.size(), found->verified, what);
  if (!request.defects.empty()) {
    if (Error error = writeText(request.defects,
                                programming::defectList(found->failures), os))
      return error;
    return Error::success();
  }
  if (found->failures.empty())
    return Error::success();
  Expected<programming::Plan> plan =
      programming::planRetry(found->failures, request.attempt, image, target);
  if (!plan)
    return joinErrors(plan.takeError(),
                      makeError("--defects FILE.csv lists what is given up"));
  if (Error error = writeText(request.output, plan->csv, os))
    return error;
  if (request.output != "-")
    print(*plan, target, request.attempt, os);
  return Error::success();
}

Error writePlan(const PlanRequest &request, raw_ostream &os) {
  bool measured = !request.reads.empty() || !request.measured.empty();
  if (!request.reads.empty() && !request.measured.empty())
    return makeError("--reads and --measured: give one of them, the target "
                     "verifies in one way");
  if (measured && !request.from.empty())
    return makeError("--from is for the first attempt, later ones know what "
                     "failed");
  if (!measured && !request.defects.empty())
    return makeError("--defects lists what a verification found wrong: give "
                     "--reads or --measured");
  if (request.output.empty() && request.defects.empty())
    return makeError("say by -o where the plan goes");
  Expected<image::Image> image = readCells(request.image);
  if (!image)
    return image.takeError();
  Expected<Target> target = targetOf(*image, request.target);
  if (!target)
    return target.takeError();
  if (measured)
    return writeRetry(request, *image, *target, os);
  Expected<image::Image> from = image::Image();
  if (!request.from.empty()) {
    from = readCells(request.from);
    if (!from)
      return from.takeError();
  }
  Expected<programming::Plan> plan = programming::planFirst(
      request.from.empty() ? nullptr : &*from, *image, *target);
  if (!plan)
    return plan.takeError();
  if (Error error = writeText(request.output, plan->csv, os))
    return error;
  if (request.output != "-")
    print(*plan, *target, 1, os);
  return Error::success();
}
