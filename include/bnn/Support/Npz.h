//===- Npz.h - Archives of NumPy arrays -------------------------*- C++ -*-===//

#ifndef BNN_SUPPORT_NPZ_H
#define BNN_SUPPORT_NPZ_H

#include "bnn/Support/Tensor.h"
#include <string>
#include <vector>

namespace bnn {

/// A .npz file in memory: stored and deflated members, zip64 included.
/// Borrows the bytes it was parsed from.
class NpzReader {
public:
  /// Reads the directory. Malformed archives are errors.
  static llvm::Expected<NpzReader> parse(llvm::StringRef bytes);

  /// Names without ".npy", in the directory's order.
  std::vector<std::string> names() const;

  /// The array `name`, given with or without ".npy". The checksum is
  /// verified; an absent name is an error that lists what there is.
  llvm::Expected<Tensor> read(llvm::StringRef name) const;

private:
  struct Member {
    std::string name;
    uint16_t method = 0;
    uint32_t crc = 0;
    uint64_t compressed = 0, uncompressed = 0, offset = 0;
  };
  llvm::Expected<std::string> extract(const Member &member) const;

  llvm::StringRef bytes;
  std::vector<Member> members;
};

/// Builds a .npz file whose bytes depend on nothing but what is added: fixed
/// dates, one compression level.
class NpzWriter {
public:
  /// Adds `npy`, the bytes of a .npy file, as `name` + ".npy". Names must
  /// differ; each member and the archive must stay below 4 GB.
  llvm::Error add(llvm::StringRef name, llvm::StringRef npy);
  llvm::Error add(llvm::StringRef name, const Tensor &tensor);
  /// The archive; call once.
  std::string finish();

private:
  std::string body, directory;
  uint16_t count = 0;
};

} // namespace bnn

#endif // BNN_SUPPORT_NPZ_H
